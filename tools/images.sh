#!/bin/bash
# ./kozmic images [--tag TAG] [--base IMAGE]
#
# Builds the images kozmic, kozmic-setup, kozmic-runner and kozmic-stores from
# this checkout, and says how large they are. The tag is "latest"; --base is
# what they stand on: debian:12. The engine is the one at DOCKER_HOST, or
# Docker's own. What they are for: docs/compose.md and docs/kubernetes.md.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/progress.sh"

IMAGES="kozmic kozmic-setup kozmic-runner kozmic-stores"
BINARIES="auth project build logstream gateway runner kozmic-init"

tag=latest base=debian:12
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage_from_head; exit ;;
    --tag) tag=${2:?}; shift 2 ;;
    --base) base=${2:?}; shift 2 ;;
    *) die "images knows no \"$1\"; see ./kozmic images --help" ;;
  esac
done

# The same files with the same times give the same layers: those of the commit.
lay_out() {
  local name context=$STATE/images
  rm -rf "$context"
  mkdir -p "$context/bin"
  for name in $BINARIES; do cp "$STATE/bin/$name" "$context/bin"; done
  cp "$STATE/npm/node_modules/@dbmate/linux-x64/bin/dbmate" "$ROOT"/images/* "$context/bin"
  cp -r "$STATE/web" "$context/web"
  cp -r "$ROOT/migrations" "$context/migrations"
  cp "$ROOT/Dockerfile" "$context"
  chmod -R go+rX,go-w "$context"
  find "$context" -exec touch --no-dereference --date="@$1" {} +
}

build_images() {
  local name
  for name in $IMAGES; do
    docker build --build-arg "BASE=$base" --target "$name" --tag "$name:$tag" "$STATE/images"
  done
}

ensure_state
STEPS=5
step "Debian packages" "$ROOT/tools/packages.sh" up
step "Node.js and dbmate" "$ROOT/tools/node.sh" install
step "web page" "$ROOT/tools/frontend.sh"
step "services (the first build takes minutes)" "$ROOT/tools/binaries.sh"
lay_out "$(git -C "$ROOT" -c safe.directory='*' log -1 --format=%ct 2>/dev/null || echo 0)"
step "images" build_images
for name in $IMAGES; do
  printf '%-20s %5d MB\n' "$name:$tag" \
    "$(($(docker image inspect --format '{{.Size}}' "$name:$tag") / 1000000))"
done
