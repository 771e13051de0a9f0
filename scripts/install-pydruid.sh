#!/usr/bin/env bash
# Installs pydruid into a directory and prints the Python that has it; prints nothing where there is no Python.
set -euo pipefail
directory=${1:?directory}
if ! command -v python3 >/dev/null; then
  echo "pydruid is not installed: there is no python3" >&2
  exit 0
fi
if ! python3 -m venv "$directory" >&2; then
  echo "pydruid is not installed: python3 makes no virtual environment (on Debian: apt-get install python3-venv)" >&2
  exit 0
fi
if ! "$directory/bin/pip" install --quiet --disable-pip-version-check pydruid==0.6.9 >&2; then
  echo "pydruid is not installed: pip could not fetch it" >&2
  exit 0
fi
echo "$directory/bin/python"
