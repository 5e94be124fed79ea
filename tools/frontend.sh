#!/bin/bash
# Builds the web page to .kozmic/web, if its sources have changed.
source "$(dirname "$0")/lib.sh"

if [ ! -f "$ROOT/frontend/package.json" ]; then
  mkdir -p "$STATE/web"
  exit 0
fi
now=$(fingerprint "$ROOT/frontend")
if [ -f "$STATE/web/index.html" ] && stamp_is frontend "$now"; then exit 0; fi

PATH=$("$ROOT/tools/node.sh" path):$PATH
export PATH
cd "$ROOT/frontend"
lock=$(sha256sum package-lock.json | cut -c1-16)
if [ "$(cat node_modules/.kozmic-lock 2>/dev/null)" != "$lock" ]; then
  npm ci --no-audit --no-fund
  echo "$lock" >node_modules/.kozmic-lock
fi
npm run build

# The new files stand beside the old ones until they are complete.
rm -rf "$STATE/web.new" "$STATE/web.old"
cp -r dist "$STATE/web.new"
chmod -R a+rX "$STATE/web.new"
[ ! -d "$STATE/web" ] || mv "$STATE/web" "$STATE/web.old"
mv "$STATE/web.new" "$STATE/web"
rm -rf "$STATE/web.old"
set_stamp frontend "$(fingerprint "$ROOT/frontend")"
