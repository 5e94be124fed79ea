# shellcheck shell=bash
# The Docker engine's HTTP interface, for the few things that the tools ask of it.

# engine_api SOCKET PATH [CURL OPTION...]
engine_api() {
  local socket=$1 path=$2
  shift 2
  curl --silent --show-error --fail --max-time 60 --unix-socket "$socket" "$@" "http://localhost$path"
}

engine_answers() { engine_api "$1" /_ping --max-time 5 >/dev/null 2>&1; }

has_image() { engine_api "$1" "/images/$2/json" >/dev/null 2>&1; }

# import_image SOCKET TARBALL REPOSITORY TAG
import_image() {
  engine_api "$1" "/images/create?fromSrc=-&repo=$3&tag=$4&changes=CMD%20%5B%22%2Fbin%2Fsh%22%5D" \
    --max-time 600 --request POST --header 'Content-Type: application/x-tar' --upload-file "$2" &&
    has_image "$1" "$3:$4"
}

# The network bridge of the engine of ours that has its sockets in $1.
bridge_of() { echo "kz$(printf '%s' "$1" | sha256sum | cut -c1-8)"; }

# The parameter that chooses what carries the label KEY=VALUE.
label_filter() { echo "filters=%7B%22label%22%3A%5B%22${1/=/%3D}%22%5D%7D"; }

# remove_images SOCKET LABEL: removes the images that carry the label KEY=VALUE.
remove_images() {
  local id
  engine_api "$1" "/images/json?$(label_filter "$2")" |
    { grep -oE '"Id":"sha256:[0-9a-f]{64}"' || true; } | cut -d'"' -f4 |
    while read -r id; do
      engine_api "$1" "/images/$id?force=1" --request DELETE >/dev/null || true
    done
}

# remove_containers SOCKET [LABEL]: ends and removes the containers that carry
# the label KEY=VALUE; without one all, of an engine that is ours alone.
remove_containers() {
  local id filter=
  [ -z "${2:-}" ] || filter="&$(label_filter "$2")"
  engine_api "$1" "/containers/json?all=1$filter" | { grep -oE '"Id":"[0-9a-f]{64}"' || true; } | cut -d'"' -f4 |
    while read -r id; do
      engine_api "$1" "/containers/$id?force=1&v=1" --request DELETE >/dev/null || true
    done
}

# remove_networks SOCKET LABEL: removes the networks that carry the label KEY=VALUE.
remove_networks() {
  local id
  engine_api "$1" "/networks?$(label_filter "$2")" | { grep -oE '"Id":"[0-9a-f]{64}"' || true; } | cut -d'"' -f4 |
    while read -r id; do
      engine_api "$1" "/networks/$id" --request DELETE >/dev/null || true
    done
}

# The iptables that the kernel understands: Debian's may speak a dialect that it does not.
working_iptables() {
  local program
  for program in iptables iptables-legacy; do
    if "$program" -t nat -n -L >/dev/null 2>&1; then
      echo "$program"
      return
    fi
  done
  return 1
}

# The iptables that an engine which runs puts its rules in.
engine_iptables() {
  local program
  for program in iptables iptables-legacy iptables-nft; do
    if "$program" -w 10 -n -L DOCKER-USER >/dev/null 2>&1; then
      echo "$program"
      return
    fi
  done
  return 1
}

# remove_firewall RUNNER: removes the rules that a runner has made for its jobs' networks; see
# services/runner/network.
remove_firewall() {
  local program bridges chain
  program=$(engine_iptables) || return 0
  for bridges in "kj$(printf '%s' "$1" | sha256sum | cut -c1-5)"{j,f}; do
    "$program" -w 10 -D DOCKER-USER -i "$bridges+" -j "KOZMIC-$bridges" || true
    "$program" -w 10 -D INPUT -i "$bridges+" -j "KOZMIC-$bridges-INPUT" || true
    for chain in "KOZMIC-$bridges" "KOZMIC-$bridges-INPUT"; do
      "$program" -w 10 -F "$chain" || true
      "$program" -w 10 -X "$chain" || true
    done
  done 2>/dev/null
}
