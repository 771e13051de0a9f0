#!/usr/bin/env bash
# Installs what the tests on PostgreSQL and S3 start: PostgreSQL from Debian's packages and an S3 server, the Versity S3
# Gateway, from the Go module proxy. Does nothing where they are there; says why where one cannot be had, in which case the
# tests skip what needs it.
set -uo pipefail

if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  echo 'PostgreSQL is there'
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null ||
    echo 'PostgreSQL could not be installed: apt-get failed'
else
  echo 'PostgreSQL could not be installed: that takes apt-get, as root'
fi

# Keep in step with test/support/service-programs.ts.
version=v1.8.0
target="${XDG_CACHE_HOME:-$HOME/.cache}/millrace-test/versitygw-$version"
if [ -x "$target" ]; then
  echo 'The S3 server is there'
elif command -v go >/dev/null; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  if GOBIN="$scratch" go install "github.com/versity/versitygw/cmd/versitygw@$version"; then
    mkdir -p "$(dirname "$target")"
    # In one step: another run may look for it at this moment.
    mv "$scratch/versitygw" "$target.$$" && mv "$target.$$" "$target"
  else
    echo 'The S3 server could not be installed: go install failed'
  fi
else
  echo 'The S3 server could not be installed: that takes go'
fi
exit 0
