#!/bin/sh
# Finds a Chromium for the browser tests, installs Debian's where there is none, or says what is missing.
set -eu

found() {
  for browser in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
    if command -v "$browser" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# What drives it (a node inside the playwright package) needs a library that small Debian systems lack.
driven() { .venv/bin/python -m playwright --version >/dev/null 2>&1; }

give_up() {
  printf '%s\n' "Missing: $1, which the browser tests need." \
    "Name a Chromium you have: make test CHROMIUM=/path/to/chromium" \
    "or run all the other tests: make test CHROMIUM=none" >&2
  exit 1
}

if ! found; then
  if [ -n "${CHROMIUM:-}" ]; then give_up "$CHROMIUM"; fi
  sh requirements/debian.sh chromium fonts-liberation || give_up "Chromium"
fi
if ! driven; then
  sh requirements/debian.sh libatomic1 || give_up "libatomic1"
  driven || give_up "a playwright that starts ('.venv/bin/python -m playwright --version' says why it does not)"
fi
