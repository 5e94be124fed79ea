# shellcheck shell=bash
# The certificates by which processes encrypt their calls to each other. They
# are made once calls leave this machine (KOZMIC_RUNNERS_LISTEN): an authority
# of the installation's own, and one certificate for all of its services.

# The host by which machines elsewhere reach this one.
rpc_tls_host() {
  local host
  host=$(setting KOZMIC_RUNNERS_ADDRESS)
  [ -n "$host" ] || host=$(runners_listen)
  if [ "$host" = 0.0.0.0 ]; then
    host=$(setting KOZMIC_PUBLIC_URL)
    host=${host#*://}
    host=${host%%[:/]*}
  fi
  echo "${host:-127.0.0.1}"
}

_alternative_names() {
  local host names="IP:127.0.0.1,DNS:localhost"
  for host in "$(rpc_tls_host)" "$(runners_listen)"; do
    case $host in
      127.0.0.1 | 0.0.0.0 | localhost) ;;
      *[!0-9.]*) names+=",DNS:$host" ;;
      *) names+=",IP:$host" ;;
    esac
  done
  echo "$names"
}

# Makes what is missing, or is for other names. Readable by the services.
make_rpc_certificates() {
  local folder=$STATE/tls names
  if joined || [ -z "$(setting KOZMIC_RUNNERS_LISTEN)" ]; then return 0; fi
  names=$(_alternative_names)
  mkdir -p "$folder"
  if [ ! -s "$folder/ca.pem" ]; then
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
      -subj "/CN=Kozmic CI $ID" -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>/dev/null)
  fi
  if [ ! -s "$folder/certificate.pem" ] || [ "$(cat "$folder/names" 2>/dev/null)" != "$names" ] ||
    ! openssl x509 -checkend 2592000 -noout -in "$folder/certificate.pem" >/dev/null; then
    (umask 077 && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=kozmic" \
      -keyout "$folder/key.new" -out "$folder/request" 2>/dev/null
      openssl x509 -req -in "$folder/request" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial \
        -days 3650 -extfile <(echo "subjectAltName=$names") -out "$folder/certificate.new" 2>/dev/null)
    # Whoever is stopped between the two begins anew.
    rm -f "$folder/names"
    mv "$folder/key.new" "$folder/key.pem"
    mv "$folder/certificate.new" "$folder/certificate.pem"
    rm "$folder/request"
    echo "$names" >"$folder/names"
  fi
  chmod 711 "$folder"
  chmod 644 "$folder/ca.pem" "$folder/certificate.pem"
  chown "$SERVICE_USER" "$folder/key.pem"
}

# rpc_tls_file PROCESS certificate|key|ca: the file, or nothing where calls are
# not encrypted. A machine that has joined has the authority's certificate alone.
rpc_tls_file() {
  local name=$2
  if joined; then
    [ "$name" != ca ] || [ ! -s "$STATE/tls/ca.pem" ] || echo "$STATE/tls/ca.pem"
  elif [ -n "$(setting KOZMIC_RUNNERS_LISTEN)" ]; then
    echo "$STATE/tls/$name.pem"
  fi
}
