#!/bin/sh
# Resolves setup.cfg into lock files that hold versions and hashes and no address.
set -eu

lock() { # lock FILE ARGUMENTS…
  file=$1; shift
  .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
    --no-emit-find-links --python-version 3.11 --output-file "requirements/$file" "$@"
  echo "requirements/$file"
}

lock run.txt setup.cfg
lock test.txt --extra dev --constraint requirements/run.txt setup.cfg
for extra in node lock; do
  .venv/bin/python - "$extra" <<'PY' > "build-$extra.in"
import configparser, sys

settings = configparser.ConfigParser()
settings.read("setup.cfg")
print(settings["options.extras_require"][sys.argv[1]])
PY
  lock "$extra.txt" --universal "build-$extra.in"
  rm "build-$extra.in"
done
