#!/bin/bash
# Puts the parts in src/ together into one program, out/roman.
set -eu
cd "$(dirname "$0")"

bold=$'\e[1m' blue=$'\e[34m' green=$'\e[32m' dim=$'\e[2m' off=$'\e[0m'

echo "${bold}${blue}==>${off}${bold} Building roman${off}"
mkdir -p out
printf '#!/bin/bash\n' >out/roman.part
for part in src/to_roman.sh src/from_roman.sh src/main.sh; do
  bash -n "$part"
  cat "$part" >>out/roman.part
  printf '    %s %s(%s lines)%s\n' "$part" "$dim" "$(wc -l <"$part")" "$off"
  sleep 0.3
done

for percent in 20 40 60 80 100; do
  filled=$((percent / 5))
  bar=$(printf '%*s' "$filled" '')
  printf '\r    linking %s%s%s%*s %3d%%' "$green" "${bar// /#}" "$off" $((20 - filled)) '' "$percent"
  sleep 0.15
done
printf '\n'

chmod +x out/roman.part
mv out/roman.part out/roman
echo "${bold}${green}==>${off}${bold} out/roman is ready${off} ${dim}$(wc -c <out/roman) bytes${off}"
