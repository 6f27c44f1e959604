#!/bin/sh
# Makes .venv with a Python that is new enough, or says plainly what is missing.
set -eu

say() { printf '%s\n' "$@" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  if new_enough "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
  say "Missing: Python 3.11 or newer." \
    "Found on this machine: $(python3 --version 2>/dev/null || echo 'no python3 at all')." \
    "Install a newer one, or name one you have: make install PYTHON=/path/to/python3.11"
  exit 1
fi

# Debian and Ubuntu ship venv without the part that puts pip into it.
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
  version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
  say "$python cannot make a virtual environment: its venv or ensurepip module is missing."
  sh requirements/debian.sh "$version-venv" || exit 1
fi

say "Making .venv with $("$python" --version)."
if ! "$python" -m venv --clear .venv; then
  say "Missing: a Python that can make a virtual environment (on Debian: apt-get install python3-venv)."
  exit 1
fi
