#!/usr/bin/env bash
# The task runner; `./build.sh help` lists what it can do.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$root/.venv
python=${PYTHON:-python3}

usage() {
  cat <<'TEXT'
usage: ./build.sh VERB [ARGUMENTS]

  run [ARGUMENTS]   install the dependencies into .venv, then run bambleweeny (default: serve)
  test [ARGUMENTS]  run all checks and tests, or pytest with these arguments
  test faults       the tests of tests/faults with 50 rounds of each death, and their figures
  bench [ARGUMENTS] measure the server on this machine; see `bench --help`
  check             format, lint and type checks
  binary            build and check dist/bambleweeny, one file that runs on any Linux, its licences and checksums
  image             build and check dist/bambleweeny-image.tar, for `docker load` and `podman load`
  sdk LANGUAGE [DIRECTORY [DOCUMENT]]
                    generate a client for python, typescript, go or java (default: into dist/sdk-LANGUAGE)
  postman [URL]     write dist/bambleweeny.postman_collection.json: all calls, for Postman and newman
  screenshots       write the pictures of the console for its page in the guide
  clean             remove the output of the other verbs
  help              print this
TEXT
}

fail() { echo "build.sh: $*" >&2; exit 1; }

# End where there is no such verb; name those that begin with the same letter.
refuse() {
  local word near=
  for word in run test bench check binary image sdk postman screenshots clean help; do
    [ "${word:0:1}" != "${1:0:1}" ] || near+="${near:+ or }$word"
  done
  case $1 in serve | sandbox) near="run $1" ;; esac
  echo "build.sh: there is no verb '$1'${near:+; did you mean $near?}" >&2
  usage >&2
  exit 2
}

# Install a lock file into a virtual environment, unless that is what it holds already.
install() {
  local lock=$root/packaging/$1 venv=${2:-$venv}
  local stamp=$venv/$1
  cmp -s "$lock" "$stamp" && [ "$venv/pyproject.toml" -nt "$root/pyproject.toml" ] && return
  command -v "$python" >/dev/null || fail "Python 3.11 or newer is needed; set PYTHON to one."
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, and $python is $("$python" -V); set PYTHON to one."
  if [ ! -x "$venv/bin/pip" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "$python has no working venv; on Debian: apt install python3-venv."
  fi
  echo "build.sh: installing packaging/$1 into $(basename "$venv")" >&2
  # NOTE: a lock names every package; pip 23 would look for a newer one where a package asks for an extra.
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --editable "$root" >&2
  touch "$venv/pyproject.toml"
  cp "$lock" "$stamp"
}

# Make the folder that the binary and the image are of.
freeze() {
  for tool in git gcc make "$@"; do
    command -v "$tool" >/dev/null || fail "$tool is needed; on Debian: apt install git gcc make libc6-dev libzstd-dev $*"
  done
  install requirements-build.lock "$root/.venv-build"
  "$root/packaging/freeze.sh"
}

selftest() {
  cd "$root"
  .venv-build/bin/python packaging/selftest.py "$@"
  (cd dist && sha256sum bambleweeny* >SHA256SUMS)
}

verb=${1:-help}
shift || true
case $verb in
  run)
    install requirements.lock
    case ${1:--} in -h | --help | --version | --) ;; -*) set -- serve "$@" ;; esac
    exec "$venv/bin/bambleweeny" "$@"
    ;;
  test)
    install requirements-dev.lock
    cd "$root"
    if [ "${1:-}" = faults ]; then
      shift
      FAULT_ROUNDS=${FAULT_ROUNDS:-50} exec "$venv/bin/python" -m pytest -s tests/faults "$@"
    fi
    [ $# -eq 0 ] || exec "$venv/bin/python" -m pytest "$@"
    "$root/packaging/check.sh"
    # Most tests wait more than they compute, so four processes share their files.
    "$venv/bin/python" -m pytest -m "not alone" --numprocesses=4 --dist=loadfile --no-loadscope-reorder \
      --cov --cov-report= --cov-fail-under=0
    # To collect the tests of all other files takes longer than these tests.
    mapfile -t alone < <(grep -rl --include='test_*.py' 'mark\.alone' tests)
    exec "$venv/bin/python" -m pytest -m alone --cov --cov-append --cov-report=term "${alone[@]}"
    ;;
  bench)
    install requirements-dev.lock
    PYTHONPATH=$root/tests exec "$venv/bin/python" -m performance "$@"
    ;;
  check)
    install requirements-dev.lock
    exec "$root/packaging/check.sh"
    ;;
  binary)
    freeze
    "$root/packaging/binary.sh"
    selftest dist/bambleweeny
    ;;
  image)
    freeze buildah podman
    "$root/packaging/image.sh"
    selftest --image dist/bambleweeny-image.tar
    ;;
  postman)
    install requirements.lock
    mkdir -p "$root/dist"
    collection=$root/dist/bambleweeny.postman_collection.json
    "$venv/bin/python" "$root/packaging/documents.py" postman "$@" >"$collection.new" || { rm "$collection.new"; exit 1; }
    mv "$collection.new" "$collection"
    echo "build.sh: wrote dist/${collection##*/}" >&2
    ;;
  screenshots)
    install requirements-dev.lock
    PYTHONPATH=$root/tests exec "$venv/bin/python" -m browser.screenshots "$root/app/bambleweeny/guide/site"
    ;;
  sdk)
    install requirements-dev.lock
    document=$root/build/openapi.json
    mkdir -p "$root/build"
    "$venv/bin/python" "$root/packaging/documents.py" openapi >"$document"
    "$root/packaging/sdk.sh" "${1:-}" "${2:-$root/dist/sdk-${1:-}}" "${3:-$document}"
    ;;
  clean)
    cd "$root"
    rm -rf .venv .venv-build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* build dist app/*.egg-info
    find app tests -name __pycache__ -type d -exec rm -rf {} +
    ;;
  help | -h | --help) usage ;;
  *) refuse "$verb" ;;
esac
