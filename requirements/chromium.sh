#!/bin/sh
# Finds a Chromium for the browser tests, installs Debian's where there is none, or says what is missing.
set -eu

for browser in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
  if command -v "$browser" >/dev/null 2>&1; then exit 0; fi
done
if [ -n "${CHROMIUM:-}" ] || ! sh requirements/debian.sh chromium fonts-liberation; then
  printf '%s\n' "Missing: Chromium, which the browser tests drive${CHROMIUM:+ (there is no $CHROMIUM)}." \
    "Name one you have: make test CHROMIUM=/path/to/chromium" \
    "or run all the other tests: make test CHROMIUM=none" >&2
  exit 1
fi
