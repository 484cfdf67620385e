#!/usr/bin/env bash
# Makes a client from the API document, with openapi-generator: packaging/sdk.sh LANGUAGE DIRECTORY DOCUMENT
# LANGUAGE is python, typescript, go or java, DOCUMENT a file or the URL of a server's /openapi.json, which the client calls then.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() { echo "sdk.sh: $*" >&2; exit 1; }

[ $# -eq 3 ] || fail "usage: packaging/sdk.sh LANGUAGE DIRECTORY DOCUMENT"
case $1 in
  python) generator=python properties=packageName=bambleweeny_sdk ;;
  typescript) generator=typescript-fetch properties=npmName=bambleweeny-sdk ;;
  go) generator=go properties=packageName=bambleweeny ;;
  java)
    # The JDK's HTTP client and Jackson are all that it needs.
    generator=java properties=library=native,useJakartaEe=true,openApiNullable=false,groupId=bambleweeny,artifactId=bambleweeny-sdk
    properties+=,invokerPackage=bambleweeny.sdk,apiPackage=bambleweeny.sdk.api,modelPackage=bambleweeny.sdk.model
    ;;
  *) fail "'$1' is not one of: python typescript go java" ;;
esac
generate=$root/.venv/bin/openapi-generator-cli
[ -x "$generate" ] || fail "openapi-generator is needed; './build.sh test --version' installs it into .venv"
command -v java >/dev/null || fail "java is needed; on Debian: apt install default-jre-headless"
JAVA_OPTS=-Dlog.level=error "$generate" generate \
  --generator-name "$generator" --additional-properties "$properties" --global-property apiTests=false,modelTests=false \
  --git-host localhost --git-user-id bambleweeny --git-repo-id sdk --input-spec "$3" --output "$2" >/dev/null
if [ "$1" = java ]; then
  # NOTE: the generator sends a body that is a file as JSON, which is the file's name.
  file='(Object) body instanceof File ? java.nio.file.Files.readAllBytes(((File) (Object) body).toPath())'
  sed -i "s/= \(memberVarObjectMapper\.writeValueAsBytes(body)\)/= $file : \1/" "$2"/src/main/java/bambleweeny/sdk/api/*.java
fi
