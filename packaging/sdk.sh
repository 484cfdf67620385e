#!/usr/bin/env bash
# Makes a client from the API document, with openapi-generator: packaging/sdk.sh LANGUAGE DIRECTORY DOCUMENT
# LANGUAGE is python or typescript, DOCUMENT a file or the URL of a server's /openapi.json, which the client calls then.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() { echo "sdk.sh: $*" >&2; exit 1; }

[ $# -eq 3 ] || fail "usage: packaging/sdk.sh LANGUAGE DIRECTORY DOCUMENT"
case $1 in
  python) generator=python properties=packageName=bambleweeny_sdk ;;
  typescript) generator=typescript-fetch properties=npmName=bambleweeny-sdk ;;
  *) fail "'$1' is not one of: python typescript" ;;
esac
generate=$root/.venv/bin/openapi-generator-cli
[ -x "$generate" ] || fail "openapi-generator is needed; './build.sh test --version' installs it into .venv"
command -v java >/dev/null || fail "java is needed; on Debian: apt install default-jre-headless"
JAVA_OPTS=-Dlog.level=error "$generate" generate \
  --generator-name "$generator" --additional-properties "$properties" --input-spec "$3" --output "$2" >/dev/null
