#!/usr/bin/env bash
# Renew the hashed locks from the *.in files, one for CPython 3.11 to 3.13; they hold no addresses of registries.
# Needs uv and npm. Give `--upgrade` to take newer versions than those locked.
set -euo pipefail
cd "$(dirname "$0")/requirements"
for name in runtime speed build test; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --output-file "$name.txt" "$name.in" "$@"
done
cd ../../tests/node
npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
