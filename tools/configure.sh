#!/bin/bash
# Writes every process's configuration file to .kozmic/config.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/engine.sh"
source "$ROOT/tools/rpc_tls.sh"

# A value as YAML, whatever is in it.
quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# What has commas between its parts as the inside of a YAML list.
quoted_list() {
  local part parts=() IFS=,
  for part in $1; do
    part=${part//[[:space:]]/}
    [ -z "$part" ] || parts+=("$(quoted "$part")")
  done
  printf '%s' "${parts[*]}"
}

own_setting() {
  local value
  value=$(setting "$1")
  printf '%s' "${value:-$2}"
}

# The secrets that the secret called $1 has replaced (one a line in a file beside it), as a list.
previous_secrets() {
  local file=$STATE/secrets/$1.previous
  [ ! -s "$file" ] || paste -sd, "$file"
}

LOCAL=127.0.0.1
joined || gateway_listen=$(own_setting KOZMIC_LISTEN "$(gateway_address)")
public_url=$(own_setting KOZMIC_PUBLIC_URL "http://$(joined || gateway_address)")
public_url=${public_url%/}
public_host=${public_url#*://}
public_host=${public_host%%/*}
if in_demo; then
  web_url=http://$LOCAL:$(port_of simulator)
  api_url=$web_url/api/v3
  ssh_url=ssh://git@$LOCAL:$(port_of simulator-ssh)
  client_id=kozmic-demo
  client_secret=kozmic-demo-secret
  admins=octo
else
  web_url=$(own_setting KOZMIC_GITHUB_WEB_URL https://github.com)
  api_url=$(own_setting KOZMIC_GITHUB_API_URL https://api.github.com)
  web_host=${web_url#*://}
  web_host=${web_host%%[:/]*}
  # Up to the repository's name, as runners fetch private ones.
  ssh_url=$(own_setting KOZMIC_GITHUB_SSH_URL "ssh://git@$web_host")
  ssh_url=${ssh_url%/}
  client_id=$(setting KOZMIC_GITHUB_CLIENT_ID)
  client_secret=$(setting KOZMIC_GITHUB_CLIENT_SECRET)
  admins=
fi
admins=$(own_setting KOZMIC_ADMINS "$admins")

# Without iptables there is nothing to keep jobs to the public internet by.
network_policy() {
  local find=engine_iptables
  [ "$(cat "$STATE/engine")" != "unix://$RUN/docker.sock" ] || find=working_iptables
  if "$find" >/dev/null; then echo public; else echo open; fi
}

database_url() {
  echo "postgresql://kozmic_$1:$(secret "database-$1")@$LOCAL:$(port_of postgres)/kozmic"
}

# What every process is told of the others' calls, and of traces.
common() {
  local key
  for key in certificate key ca; do
    echo "rpc_tls_$key: $(quoted "$(rpc_tls_file "$1" "$key")")"
  done
  echo "rpc_tls_clients: any"
  echo "trace_endpoint: $(quoted "$(setting KOZMIC_TRACE_ENDPOINT)")"
}

# Where machines elsewhere reach the services that runners call.
join_addresses() {
  local host
  [ -n "$(setting KOZMIC_RUNNERS_LISTEN)" ] || return 0
  host=$(rpc_tls_host)
  echo "join_build_address: $(quoted "$host:$(port_of build)")"
  echo "join_logstream_address: $(quoted "$host:$(port_of logstream)")"
  echo "join_clone_url_prefixes: [$(quoted "$web_url/"), $(quoted "$ssh_url/")]"
}

write_services() {
service_key=$(secret service-key)
runner_token=$(secret runner-token)
auth=$LOCAL:$(port_of auth)
project=$LOCAL:$(port_of project)
build=$(rpc_address build)
logstream=$(rpc_address logstream)

write_private "$STATE/config/auth.yaml" "$SERVICE_USER" <<YAML
listen: $auth
metrics_listen: $LOCAL:$(port_of metrics-auth)
$(common auth)
database_url: $(database_url auth)
service_key: $service_key
secret_key: $(secret auth-secret-key)
previous_secret_keys: [$(previous_secrets auth-secret-key)]
public_url: $(quoted "$public_url")
admins: [$(quoted_list "$admins")]
github:
  web_url: $(quoted "$web_url")
  api_url: $(quoted "$api_url")
  client_id: $(quoted "$client_id")
  client_secret: $(quoted "$client_secret")
YAML

write_private "$STATE/config/project.yaml" "$SERVICE_USER" <<YAML
listen: $project
metrics_listen: $LOCAL:$(port_of metrics-project)
$(common project)
database_url: $(database_url project)
service_key: $service_key
secret_key: $(secret project-secret-key)
previous_secret_keys: [$(previous_secrets project-secret-key)]
deploy_key_type: $(own_setting KOZMIC_DEPLOY_KEY_TYPE ed25519)
public_url: $(quoted "$public_url")
github:
  web_url: $(quoted "$web_url")
  api_url: $(quoted "$api_url")
  ssh_url: $(quoted "$ssh_url")
auth_address: $auth
build_address: $build
YAML

write_private "$STATE/config/build.yaml" "$SERVICE_USER" <<YAML
listen: $(runners_listen):$(port_of build)
metrics_listen: $LOCAL:$(port_of metrics-build)
$(common build)
database_url: $(database_url build)
service_key: $service_key
secret_key: $(secret build-secret-key)
previous_secret_keys: [$(previous_secrets build-secret-key)]
public_url: $(quoted "$public_url")
auth_address: $auth
project_address: $project
logstream_address: $logstream
runner_token: $runner_token
smtp_host: $(quoted "$(setting KOZMIC_SMTP_HOST)")
smtp_port: $(quoted "$(own_setting KOZMIC_SMTP_PORT 25)")
smtp_tls: $(quoted "$(own_setting KOZMIC_SMTP_TLS none)")
smtp_username: $(quoted "$(setting KOZMIC_SMTP_USERNAME)")
smtp_password: $(quoted "$(setting KOZMIC_SMTP_PASSWORD)")
smtp_ca_file: $(quoted "$(setting KOZMIC_SMTP_CA_FILE)")
mail_enabled: $(quoted "$(own_setting KOZMIC_MAIL_ENABLED auto)")
mail_sender: $(quoted "$(setting KOZMIC_MAIL_SENDER)")
notification_networks: $(quoted "$(setting KOZMIC_NOTIFICATION_NETWORKS)")
YAML

write_private "$STATE/config/logstream.yaml" "$SERVICE_USER" <<YAML
listen: $(runners_listen):$(port_of logstream)
metrics_listen: $LOCAL:$(port_of metrics-logstream)
$(common logstream)
database_url: $(database_url logstream)
redis_url: redis://:$(secret redis)@$LOCAL:$(port_of redis)/0
service_key: $service_key
auth_address: $auth
archive_folder: $(quoted "$(setting KOZMIC_LOG_ARCHIVE_FOLDER)")
YAML

write_private "$STATE/config/gateway.yaml" "$SERVICE_USER" <<YAML
listen: $(quoted "$gateway_listen")
metrics_listen: $LOCAL:$(port_of metrics-gateway)
$(common gateway)
public_url: $(quoted "$public_url")
service_key: $service_key
static_dir: $(quoted "$STATE/web")
auth_address: $auth
project_address: $project
build_address: $build
logstream_address: $logstream
$(join_addresses)
tls_listen: $(quoted "$(setting KOZMIC_TLS_LISTEN)")
tls_certificate: $(quoted "$(setting KOZMIC_TLS_CERTIFICATE)")
tls_key: $(quoted "$(setting KOZMIC_TLS_KEY)")
trusted_proxies: [$(quoted_list "$(own_setting KOZMIC_TRUSTED_PROXIES "$([[ $public_url != https://* ]] || echo 127.0.0.1)")")]
allowed_hosts: [$(quoted "$public_host"), $(quoted "$(gateway_address)"), "$LOCAL:$(port_of gateway)", "localhost:$(port_of gateway)"]
$([ "$web_url" = https://github.com ] || echo "avatar_origins: [$(quoted "$web_url")]")
YAML

write_private "$STATE/config/redis.conf" "$SERVICE_USER" <<CONF
bind $LOCAL
port $(port_of redis)
requirepass $(secret redis)
dir $STATE/redis
save ""
appendonly no
set-proc-title no
maxmemory 64mb
maxmemory-policy allkeys-lru
CONF
}

# What the runner proves itself by, and whom it works for.
runner_place() {
  if joined; then
    echo "build_address: $(quoted "$(setting KOZMIC_JOIN_BUILD)")"
    echo "logstream_address: $(quoted "$(setting KOZMIC_JOIN_LOGSTREAM)")"
    echo "clone_url_prefixes: [$(quoted_list "$(setting KOZMIC_JOIN_PREFIXES)")]"
    [ ! -s "$STATE/secrets/registration-token" ] ||
      echo "registration_token: $(quoted "$(cat "$STATE/secrets/registration-token")")"
  else
    echo "build_address: $(rpc_address build)"
    echo "logstream_address: $(rpc_address logstream)"
    echo "runner_token: $(secret runner-token)"
    echo "clone_url_prefixes: [$(quoted "$web_url/"), $(quoted "$ssh_url/")]"
  fi
}

joined || write_services

# The runner drives Docker, which makes it as mighty as root anyway.
write_private "$STATE/config/runner.yaml" root <<YAML
listen: $LOCAL:$(port_of runner)
metrics_listen: $LOCAL:$(port_of metrics-runner)
$(common runner)
$(runner_place)
name: $(quoted "$(runner_name)")
slots: $(own_setting KOZMIC_SLOTS "$(nproc)")
warm_containers: $(own_setting KOZMIC_WARM_CONTAINERS 0)
cached_images_limit: $(own_setting KOZMIC_CACHED_IMAGES_LIMIT 3)
cached_images_max_age: $(own_setting KOZMIC_CACHED_IMAGES_MAX_AGE 720h)
cache_registry: $(quoted "$(setting KOZMIC_CACHE_REGISTRY)")
cache_registry_auth_file: $(quoted "$(setting KOZMIC_CACHE_REGISTRY_AUTH_FILE)")
job_disk_mb: $(own_setting KOZMIC_JOB_DISK_MB 20480)
job_profile: $(own_setting KOZMIC_JOB_PROFILE compat)
fork_profile: $(own_setting KOZMIC_FORK_PROFILE hardened)
job_runtime: $(quoted "$(setting KOZMIC_JOB_RUNTIME)")
job_network_policy: $(own_setting KOZMIC_JOB_NETWORK_POLICY "$(network_policy)")
fork_network_policy: $(own_setting KOZMIC_FORK_NETWORK_POLICY "$(network_policy)")
job_network_allow: [$(setting KOZMIC_JOB_NETWORK_ALLOW)]
least_free_disk_percent: $(own_setting KOZMIC_LEAST_FREE_DISK_PERCENT 10)
labels: [$(quoted_list "$(own_setting KOZMIC_LABELS linux)")]
docker_host: $(cat "$STATE/engine")
work_dir: $(quoted "$STATE/runner/work")
cache_dir: $(quoted "$STATE/runner/cache")
git_user: $GIT_USER
init_path: $(quoted "$STATE/bin/kozmic-init")
shutdown_mode: detach
YAML
