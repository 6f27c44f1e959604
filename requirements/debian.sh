#!/bin/sh
# Installs Debian packages as root or by sudo, or says plainly what a person has to install.
set -eu

say() { printf '%s\n' "$@" >&2; }

if ! command -v apt-get >/dev/null 2>&1; then
  say "Missing: $*. This machine has no apt-get; install it with its own package manager."
  exit 1
elif [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  say "Missing: $*. Installing it takes rights that you do not have here. Ask for: apt-get install $*"
  exit 1
fi

say "Installing from Debian: $*"
words=$(mktemp)
$as_root apt-get update -qq >"$words" 2>&1 || true
if ! $as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "$@" >>"$words" 2>&1; then
  tail -n 15 "$words" >&2
  say "" "Missing: $*. apt-get could not install it and says above why (no network?)."
  exit 1
fi
rm -f "$words"
