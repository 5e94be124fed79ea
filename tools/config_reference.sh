#!/bin/bash
# Prints docs/configuration.md, by what each of the programs that are named (by
# path) tells of its settings.
set -euo pipefail

cat <<'TEXT'
# Settings

Each program reads one YAML file (`--config FILE`); a key with a dot in its name lies one level
deeper (`github: {client_id: …}`). The environment variable beside a key goes before the file; lists
are written with commas there. With `_FILE` at its end it names a file that has the value, as secrets
are given to containers (`KOZMIC_SERVICE_KEY_FILE=/run/secrets/service-key`). A file with a key that nobody knows is refused, as is a value that
does not fit: the program ends with status 78 and names all that is wrong at once.

    gateway --config gateway.yaml --check-config

says whether a configuration is good, and starts nothing; `./kozmic config check` asks that of all
files that `./kozmic up` has written. Those are written anew by each `./kozmic up`, from the fewer
and simpler settings that `./kozmic up --help` lists.

This page is made by `./kozmic config reference` from what the programs themselves say.

## Coming from the Kozmic CI of 2014

| there | here |
| --- | --- |
| `SECRET_KEY` | made by `./kozmic up` and kept: `secret_key` of each service, and `service_key` between them; `./kozmic rotate-keys` replaces the first |
| `SERVER_NAME` | `KOZMIC_PUBLIC_URL`, with `https://` or `http://` before it |
| `SESSION_COOKIE_DOMAIN` | none: the session's cookie is for the host of `KOZMIC_PUBLIC_URL` alone, an IP address too |
| `GITHUB_CLIENT_ID`, `GITHUB_CLIENT_SECRET`, `KOZMIC_GITHUB_CLIENT_ID`, `KOZMIC_GITHUB_CLIENT_SECRET` | the latter two |
| `KOZMIC_CONFIG` | `--config FILE`, of each program |
| `BROKER_URL` | none: the queue lies in PostgreSQL |
| `KOZMIC_REDIS_HOST`, `KOZMIC_REDIS_PORT`, `KOZMIC_REDIS_DATABASE` | logstream's `redis_url` |
| `SQLALCHEMY_DATABASE_URI` | `database_url`, of each service that has one |
| `MAIL_DEFAULT_SENDER`, SMTP | `KOZMIC_MAIL_SENDER`, `KOZMIC_SMTP_*`: [notifications.md](notifications.md) |
| `KOZMIC_ENABLE_EMAIL_NOTIFICATIONS` | `KOZMIC_MAIL_ENABLED` |
| `KOZMIC_STALL_TIMEOUT` (900) | of each hook, in its settings (15 minutes) |
| `KOZMIC_CACHED_IMAGES_LIMIT` (3) | the same; a runner's `cached_images_limit` |
| `KOZMIC_USE_HTTPS_FOR_BADGES` | none: badges' addresses begin as `KOZMIC_PUBLIC_URL` does |
| `TAILER_URL_TEMPLATE` | none: logs come from where the pages come from |
| `DOCKER_URL` | a runner's `docker_host` |
| `DOCKER_API_VERSION` | none: the engine is asked for its own |
| `KOZMIC_SENTRY_DSN` | none: programs write their log, a JSON object a line, to their standard error |
| `WORKER_CONCURRENCY` (3) | `KOZMIC_SLOTS` (one per processor core); a runner's `slots` |
| `DEBUG` | `log_level: debug`, of each program |
TEXT
for program in "$@"; do
  printf '\n## %s\n\n' "$(basename "$program")"
  printf '| key | variable | value | default | meaning |\n| --- | --- | --- | --- | --- |\n'
  env -i "$program" --describe-config
done
