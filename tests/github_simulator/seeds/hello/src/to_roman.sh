# to_roman NUMBER: prints 1..3999 as a Roman numeral.
to_roman() {
  local number=$1 result='' i
  local values=(1000 900 500 400 100 90 50 40 10 9 5 4 1)
  local letters=(M CM D CD C XC L XL X IX V IV I)
  if ((number < 1 || number > 3999)); then
    echo "roman: $number is not between 1 and 3999" >&2
    return 1
  fi
  for i in "${!values[@]}"; do
    while ((number >= values[i])); do
      result+=${letters[i]}
      ((number -= values[i]))
    done
  done
  echo "$result"
}
