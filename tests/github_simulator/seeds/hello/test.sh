#!/bin/bash
# Tests out/roman. Ends with 0 when every test has passed.
set -u
cd "$(dirname "$0")"

bold=$'\e[1m' blue=$'\e[34m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' off=$'\e[0m'
passed=0 failed=0

section() {
  echo
  echo "${bold}${blue}==>${off}${bold} $1${off}"
}

# expect WANTED ARGUMENT: out/roman ARGUMENT prints WANTED; "error" means that it refuses.
expect() {
  local wanted=$1 argument=$2 got
  got=$(./out/roman "$argument" 2>/dev/null) || got=error
  sleep 0.17
  if [[ $got == "$wanted" ]]; then
    echo "    ${green}ok${off}    $argument ${dim}->${off} $got"
    ((passed += 1))
  else
    echo "    ${red}FAIL${off}  $argument ${dim}->${off} $got, wanted ${bold}$wanted${off}"
    ((failed += 1))
  fi
}

if [[ ! -x out/roman ]]; then
  echo "${red}out/roman is missing: run ./build.sh first${off}"
  exit 1
fi

section 'Numbers to numerals'
expect I 1
expect IV 4
expect IX 9
expect XIV 14
expect XLII 42
expect XCIX 99
expect CDXLIV 444
expect MCMXCIV 1994
expect MMXXV 2025
expect MMMCMXCIX 3999

section 'Numerals to numbers'
expect 3 III
expect 8 VIII
expect 40 XL
expect 90 XC
expect 1666 MDCLXVI
expect 1984 MCMLXXXIV
expect 3888 MMMDCCCLXXXVIII

section 'What is no numeral'
expect error 0
expect error 4000
expect error IIII
expect error VX
expect error ABC

section 'There and back'
for last in 10 100 1000; do
  good=0
  for ((number = last / 10; number <= last; number += last / 10)); do
    [[ $(./out/roman "$(./out/roman "$number")") == "$number" ]] && ((good += 1))
  done
  if ((good == 10)); then
    echo "    ${green}ok${off}    up to $last ${dim}($good of 10)${off}"
    ((passed += 1))
  else
    echo "    ${red}FAIL${off}  up to $last ${dim}($good of 10)${off}"
    ((failed += 1))
  fi
  sleep 0.3
done

echo
if ((failed > 0)); then
  echo "${bold}${red}$failed of $((passed + failed)) tests have failed${off}"
  exit 1
fi
echo "${bold}${green}All $passed tests have passed${off}"
