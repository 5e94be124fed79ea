#!/bin/bash
# Node.js: the machine's own if it is new enough for the frontend's tools, else
# a pinned one in .kozmic/node. "install" makes sure of it (and of the tools of
# tools/npm; "install test" of the test-only ones too), "path" prints the folder
# that a caller puts before its PATH.
source "$(dirname "$0")/lib.sh"

OLDEST=20.19.0

machine_has_it() {
  local version
  command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
  printf '%s\n%s\n' "$OLDEST" "${version#v}" | sort --check=quiet --version-sort
}

path() {
  if [ -d "$STATE/node/bin" ]; then
    echo "$STATE/node/bin"
  else
    dirname "$(command -v node)"
  fi
}

# True if the locked packages of tools/$1 are installed, with or without the
# test-only ones.
is_installed() {
  [ "$(cut -d' ' -f1 "$STATE/$1/.complete" 2>/dev/null)" = \
    "$(sha256sum <"$ROOT/tools/$1/package-lock.json" | cut -c1-16)" ]
}

# npm_ci FOLDER NAME [OPTION...]: installs tools/FOLDER's locked packages to
# .kozmic/NAME; what was there stays until the new is complete.
npm_ci() {
  local source=$ROOT/tools/$1 name=$2 target=$STATE/$2 mark
  shift 2
  mark="$(sha256sum <"$source/package-lock.json" | cut -c1-16) $*"
  [ "$(cat "$target/.complete" 2>/dev/null)" != "$mark" ] || return 0
  rm -rf "$target.new"
  mkdir -p "$target.new"
  cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$target.new"
  (cd "$target.new" && npm ci --no-audit --no-fund "$@")
  if [ "$name" = node ]; then
    mkdir "$target.new/bin"
    (cd "$target.new/bin" && ln -s ../node_modules/node-linux-*/bin/node node && ./node --version)
    ln -s ../node_modules/npm/bin/npm-cli.js "$target.new/bin/npm"
    ln -s ../node_modules/npm/bin/npx-cli.js "$target.new/bin/npx"
  fi
  echo "$mark" >"$target.new/.complete"
  rm -rf "$target"
  mv "$target.new" "$target"
}

install() {
  if ! machine_has_it; then
    if ! command -v npm >/dev/null; then
      apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends npm
    fi
    npm_ci node node
  fi
  export PATH
  PATH=$(path):$PATH
  case ${1:-} in
    test) npm_ci npm npm ;;
    # What the tests have installed is enough, and more.
    *) is_installed npm || npm_ci npm npm --omit=dev ;;
  esac
}

"$@"
