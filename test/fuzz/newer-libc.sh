#!/usr/bin/env bash
# Prints the loader of a C library that is new enough for jazzer (glibc 2.38), kept in a folder beside
# the system's own, for Debian 12, whose own is older. It is Debian 13's, from where this system gets its packages.
set -euo pipefail
mkdir -p "$1"/{lists/partial,archives/partial,packages}
folder=$(cd "$1" && pwd)
loader() { ls "$folder"/root/usr/lib/*-linux-gnu/ld-linux-*.so.* 2>/dev/null; }

if ! loader >/dev/null; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
  if [ -z "$mirror" ]; then
    echo "A C library of version 2.38 or later is needed, and apt names no Debian mirror to get it from." >&2
    exit 1
  fi
  cat >"$folder/trixie.sources" <<END
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  apt() {
    apt-get -qq -o Dir::Etc::SourceList="$folder/trixie.sources" -o Dir::Etc::SourceParts=/dev/null \
      -o Dir::State::Lists="$folder/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$folder" "$@" >&2
  }
  apt update
  cd "$folder/packages"
  apt -o APT::Sandbox::User= download libc6 libstdc++6 libgcc-s1
  for package in *.deb; do dpkg-deb --extract "$package" "$folder/root"; done
fi
loader
