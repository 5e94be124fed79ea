# from_roman NUMERAL: prints the number that a Roman numeral means; only the proper form counts.
from_roman() {
  local numeral=$1 total=0 last=0 value i
  for ((i = ${#numeral} - 1; i >= 0; i--)); do
    case ${numeral:i:1} in
      I) value=1 ;;
      V) value=5 ;;
      X) value=10 ;;
      L) value=50 ;;
      C) value=100 ;;
      D) value=500 ;;
      M) value=1000 ;;
      *) value=0 ;;
    esac
    if ((value == 0)); then
      echo "roman: $numeral is not a Roman numeral" >&2
      return 1
    fi
    if ((value < last)); then ((total -= value)); else ((total += value, last = value)); fi
  done
  if [[ $(to_roman "$total" 2>/dev/null) != "$numeral" ]]; then
    echo "roman: $numeral is not a Roman numeral" >&2
    return 1
  fi
  echo "$total"
}
