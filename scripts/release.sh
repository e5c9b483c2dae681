#!/usr/bin/env bash
# Makes what a release consists of, in release/: the tarball, what is in it (CycloneDX), and checksums.
# Builds twice, since a tarball that others cannot build again proves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
build_and_pack() {
  rm -rf dist build
  npm run --silent build
  npm pack --silent --pack-destination "$1"
}

rm -rf release && mkdir release
build_and_pack release
build_and_pack "$again"
cmp release/*.tgz "$again"/*.tgz
npm run --silent sbom >release/sbom.cdx.json
cd release && sha256sum -- * >SHA256SUMS && cat SHA256SUMS
