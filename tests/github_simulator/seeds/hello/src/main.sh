case ${1-} in
  '') echo 'usage: roman NUMBER|NUMERAL' >&2 && exit 2 ;;
  *[!0-9]*) from_roman "$1" ;;
  *) to_roman "$((10#$1))" ;;
esac
