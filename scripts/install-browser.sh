#!/usr/bin/env bash
# Installs Debian's Chromium, which the console's tests drive. Does nothing where there is one.
set -euo pipefail
[ -x /usr/bin/chromium ] && exit 0
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends chromium
