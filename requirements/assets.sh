#!/bin/sh
# Puts the NHS components the pages use into web/static/vendor, with this machine's npm or with one from a wheel.
set -eu

# Organisations often put a certificate authority of their own into the system's store; npm looks there only if told.
store=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$store" ]; then export NODE_EXTRA_CA_CERTS="$store"; fi

usable() {
  node --version >/dev/null 2>&1 && [ "$(npm --version 2>/dev/null | cut -d. -f1)" -ge 7 ] 2>/dev/null
}

if ! usable; then
  echo "No node and npm that can be used here: putting them into .venv as a Python package."
  sh requirements/packages.sh requirements/node.txt
  PATH="$PWD/.venv/bin:$PATH"
fi

if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then
  printf '%s\n' "" "Missing: the page components (npm package nhsuk-frontend). npm says above why;" \
    "most often there is no network, or the npm registry does not answer. Run the same command again." >&2
  exit 1
fi
.venv/bin/python -P web/assets.py node_modules/nhsuk-frontend web/static/vendor
