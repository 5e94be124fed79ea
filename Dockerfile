# Kozmic CI's images. `./kozmic images` builds the programs and the web page,
# lays them out as this file expects them (tools/images.sh) and calls Docker
# once for each of the last stages; what it needs from outside are Debian's
# packages.
ARG BASE=debian:12

# What all programs of ours are linked with, as Debian has it.
FROM ${BASE} AS libraries
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates curl libcpp-httplib0.11 libcurl4 libgrpc++1.51 libhiredis0.14 \
      libpqxx-6.4 libprometheus-cpp-core1.0 libprotobuf32 libre2-9 libssl3 libyaml-cpp0.7 libzstd1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log /var/cache/ldconfig
# Each program under a number of its own, by which its secrets are only its own.
RUN printf 'kozmic:x:10001:10001::/nonexistent:/usr/sbin/nologin\n' >>/etc/passwd \
 && printf 'kozmic:x:10001:\n' >>/etc/group
ENV PATH=/usr/lib/kozmic/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["healthy"]

# auth, project, build, logstream and gateway; the command says which.
FROM libraries AS kozmic
COPY web /usr/share/kozmic/web
COPY bin/auth bin/project bin/build bin/logstream bin/gateway bin/healthy /usr/lib/kozmic/bin/
ENV KOZMIC_STATIC_DIR=/usr/share/kozmic/web
USER 10001:10001
CMD ["gateway"]

# Brings the database up to date, and makes the secrets of an installation.
FROM libraries AS kozmic-setup
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log /var/cache/ldconfig
COPY bin/dbmate bin/make-secrets /usr/lib/kozmic/bin/
COPY migrations /usr/share/kozmic/migrations
USER 10001:10001
HEALTHCHECK NONE
CMD ["/usr/share/kozmic/migrations/apply.sh"]

# Leases jobs and drives a Docker engine, which makes it as mighty as root there.
FROM libraries AS kozmic-runner
RUN apt-get update \
 && apt-get install -y --no-install-recommends git iptables openssh-client \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log /var/cache/ldconfig \
 && printf 'kozmic-git:x:10007:10007::/nonexistent:/usr/sbin/nologin\n' >>/etc/passwd \
 && printf 'kozmic-git:x:10007:\n' >>/etc/group
COPY bin/runner bin/kozmic-init bin/healthy /usr/lib/kozmic/bin/
ENV KOZMIC_INIT_PATH=/usr/lib/kozmic/bin/kozmic-init KOZMIC_GIT_USER=kozmic-git
CMD ["runner"]

# PostgreSQL and Redis, for who has none yet.
FROM ${BASE} AS kozmic-stores
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-15 redis-server \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log /var/cache/ldconfig \
      /var/lib/postgresql/15 /var/log/postgresql \
 && printf 'kozmic-postgres:x:10008:10008::/nonexistent:/usr/sbin/nologin\n' >>/etc/passwd \
 && printf 'kozmic-redis:x:10009:10009::/nonexistent:/usr/sbin/nologin\n' >>/etc/passwd \
 && install -d -o 10008 -g 10008 -m 700 /data
COPY bin/run-postgres bin/run-redis /usr/lib/kozmic/bin/
ENV PATH=/usr/lib/kozmic/bin:/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 10008:10008
CMD ["run-postgres"]
