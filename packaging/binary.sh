#!/usr/bin/env bash
# Pack build/tree into dist/bambleweeny: a static launcher with everything inside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p dist
.venv-build/bin/python packaging/pack.py build/tree build/payload
build=$(sha256sum build/payload | cut -c1-12)
gcc -static -Os -Wall -Wextra -Werror -DBUILD="\"$build\"" -DPAYLOAD='"build/payload"' -Wl,--build-id=none -s \
  -o dist/bambleweeny packaging/launcher.c packaging/payload.S -lzstd
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) .venv-build/bin/python packaging/contents/sbom.py \
  --tree build/tree --redis-source build/redis --out dist/bambleweeny.cdx.json
