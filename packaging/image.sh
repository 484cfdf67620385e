#!/usr/bin/env bash
# Put build/tree into the smallest image: dist/bambleweeny-image.tar, for `docker load` and `podman load`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(.venv-build/bin/python -c 'import sys; sys.path.insert(0, "app"); import bambleweeny; print(bambleweeny.__version__)')
image=bambleweeny:$version
archive=dist/bambleweeny-image.tar
rm -rf build/image "$archive"
mkdir -p build/image/data build/image/tmp dist
cp -a build/tree build/image/app
# NOTE: anyone may write there, since the image is run as any user.
chmod -R a+rX build/image/app
chmod 1777 build/image/data build/image/tmp
buildah bud --quiet --isolation=chroot --format=docker --timestamp="$(git log -1 --format=%ct)" \
  --file=Dockerfile.tiny --tag="$image" build/image >/dev/null
buildah push --quiet "$image" "docker-archive:$archive:$image"
