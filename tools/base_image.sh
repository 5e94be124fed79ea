#!/bin/bash
# Makes sure that an engine has the image debian:12: tools/base_image.sh SOCKET
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/engine.sh"

tarball=$CACHE/debian-bookworm.tar

pull() {
  echo "pulling debian:12"
  # Given up when nothing comes for 20 s, not when it takes long.
  engine_api "$1" "/images/create?fromImage=debian&tag=12" --request POST --max-time 600 \
    --speed-limit 1 --speed-time 20 | tail -n 1
  has_image "$1" debian:12
}

# Where this machine gets its own packages from; nothing where apt does not tell.
mirror() {
  # shellcheck disable=SC2016  # apt's own variables
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "bookworm" { print $1; exit }'
}

make_tarball() {
  local work mirror proxy=
  work=$(mktemp -d "$CACHE/debootstrap.XXXXXX")
  # shellcheck disable=SC2064  # this folder, also when the variable is gone
  trap "rm -rf '$work'" EXIT
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [ -z "$proxy" ] || export http_proxy=$proxy
  mirror=$(mirror || true)
  debootstrap --variant=minbase bookworm "$work" ${mirror:+"$mirror"}
  rm -rf "$work"/var/cache/apt/archives/*.deb "$work"/var/lib/apt/lists/* "$work"/var/log/*.log
  tar --create --numeric-owner --directory "$work" --file "$tarball.new" \
    --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' .
  mv "$tarball.new" "$tarball"
}

socket=$1
if has_image "$socket" debian:12 || pull "$socket"; then exit 0; fi
# One at a time: several checkouts share the cache.
exec 8>"$CACHE/base-image.lock"
flock 8
if [ ! -s "$tarball" ]; then
  echo "no registry in reach: making debian:12 from Debian's packages"
  make_tarball
fi
import_image "$socket" "$tarball" debian 12
