#!/usr/bin/env bash
# Prints the loader of a C library that is new enough for jazzer (glibc 2.38), fetched from Debian 13
# and kept in a folder beside the system's own, for systems with an older one, such as Debian 12.
set -euo pipefail
mkdir -p "$1"/{lists/partial,archives/partial,packages}
folder=$(cd "$1" && pwd)
loader() { ls "$folder"/root/usr/lib/*-linux-gnu/ld-linux-*.so.* 2>/dev/null; }

if ! loader >/dev/null; then
  cat >"$folder/trixie.sources" <<'END'
Types: deb
URIs: http://deb.debian.org/debian
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
