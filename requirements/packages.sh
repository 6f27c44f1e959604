#!/bin/sh
# Puts the Python packages of one lock file into .venv, each checked against its hash.
set -eu

if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"; then
  printf '%s\n' "" "Missing: Python packages of $1. pip says above which one and why;" \
    "most often there is no network, or no package registry answers. Run the same command again." >&2
  exit 1
fi
