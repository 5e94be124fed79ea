#include "services/project/service_parts.h"

#include "services/project/credentials/resealer.h"

namespace kozmic::project {
namespace {

template <typename Worker>
void WakeIfThere(const std::unique_ptr<Worker>& worker) {
  if (worker != nullptr) worker->Wake();
}

}  // namespace

ServiceParts::ServiceParts(const Config& config, const Options& options, PostgresPool& pool,
                           const std::shared_ptr<grpc::Channel>& auth,
                           const std::shared_ptr<grpc::Channel>& build,
                           const std::string& service_token, const Clock& clock, Random& random)
    : options_(options),
      projects(pool),
      access(pool),
      hook_store(pool),
      deliveries(pool),
      reconciliations(pool),
      credentials(pool),
      registry_store(pool),
      sealed(pool),
      history(pool),
      hook_box(config.secret_keys, "hook_secret", random),
      key_box(config.secret_keys, "deploy_key", random),
      secret_box(config.secret_keys, "secret", random),
      badge_box(config.secret_keys, "badge_token", random),
      registry_box(config.secret_keys, "registry_password", random),
      github({.base_url = config.github_api_url}, clock),
      waits(pool, github.gate()),
      tokens(auth, service_token),
      users(auth, service_token),
      build_creator(build, service_token),
      build_remover(build, service_token),
      actors(access, projects, tokens, github),
      member_sync(access, actors, users, github, random, options.member_sync),
      user_sync({.store = access,
                 .projects = projects,
                 .tokens = tokens,
                 .github = github,
                 .clock = clock,
                 .random = random},
                options.user_sync),
      hooks({.store = hook_store,
             .projects = projects,
             .actors = actors,
             .github = github,
             .secret_box = hook_box,
             .random = random,
             .public_url = config.public_url}),
      keys({.store = credentials,
            .actors = actors,
            .github = github,
            .box = key_box,
            .random = random,
            .type = config.deploy_key_type}),
      secrets(credentials, secret_box),
      registries(registry_store, registry_box),
      ssh({.ssh_url = config.github_ssh_url, .host_keys = config.github_ssh_host_keys}, github,
          clock),
      checkouts({.projects = projects,
                 .tokens = tokens,
                 .keys = keys,
                 .secrets = secrets,
                 .registries = registries,
                 .ssh = ssh,
                 .github_web_url = config.github_web_url}),
      badges(projects, badge_box, random, config.public_url),
      statuses(projects, actors, github),
      creation({.store = projects,
                .tokens = tokens,
                .github = github,
                .members = member_sync,
                .keys = keys,
                .wake_remover = [this] { WakeIfThere(removal_workers_); }}),
      remover({.store = projects,
               .hook_store = hook_store,
               .builds = build_remover,
               .actors = actors,
               .hooks = hooks,
               .keys = keys,
               .random = random},
              options.remover),
      inbox(deliveries, hook_box, [this] { WakeIfThere(dispatcher_); }),
      manual_builds({.hooks = hook_store,
                     .deliveries = deliveries,
                     .actors = actors,
                     .github = github,
                     .users = users,
                     .builds = build_creator}),
      reconciler({.store = reconciliations,
                  .projects = projects,
                  .actors = actors,
                  .github = github,
                  .clock = clock,
                  .random = random},
                 options.reconciler),
      random_(random) {}

ServiceParts::~ServiceParts() { Stop(); }

absl::Status ServiceParts::Reseal() {
  return Resealer(sealed, {{SealedKind::kHookSecret, &hook_box},
                           {SealedKind::kDeployKey, &key_box},
                           {SealedKind::kSecret, &secret_box},
                           {SealedKind::kBadgeToken, &badge_box},
                           {SealedKind::kRegistryPassword, &registry_box}})
      .Run()
      .status();
}

void ServiceParts::Start() {
  member_workers_ =
      std::make_unique<SyncWorkers>([this] { return member_sync.SyncNext(); }, options_.workers);
  user_workers_ =
      std::make_unique<SyncWorkers>([this] { return user_sync.SyncNext(); }, options_.workers);
  removal_workers_ = std::make_unique<SyncWorkers>(
      [this] { return remover.RemoveNext(); },
      SyncWorkers::Options{.threads = 1, .idle = options_.workers.idle});
  reconciler.LookAtAll();
  reconcile_workers_ = std::make_unique<SyncWorkers>([this] { return reconciler.ReconcileNext(); },
                                                     options_.workers);
  hook_sweeper_ = std::make_unique<HookSweeper>(hooks, options_.hook_sweeper);
  dispatcher_ = std::make_unique<Dispatcher>(
      Dispatcher::Parts{.deliveries = deliveries,
                        .hooks = hook_store,
                        .access = access,
                        .builds = build_creator,
                        .random = random_,
                        .wake_sync = [this] { WakeIfThere(member_workers_); }},
      options_.dispatcher);
}

void ServiceParts::Stop() {
  waits.Stop();
  if (dispatcher_ != nullptr) dispatcher_->Stop();
  if (hook_sweeper_ != nullptr) hook_sweeper_->Stop();
  for (const auto* workers :
       {&reconcile_workers_, &removal_workers_, &user_workers_, &member_workers_}) {
    if (*workers != nullptr) (*workers)->Stop();
  }
}

ProjectService::Parts ServiceParts::Face() {
  return {.project_store = projects,
          .access_store = access,
          .hook_store = hook_store,
          .deliveries = deliveries,
          .users = users,
          .projects = creation,
          .members = member_sync,
          .user_sync = user_sync,
          .hooks = hooks,
          .secrets = secrets,
          .registries = registries,
          .keys = keys,
          .checkouts = checkouts,
          .badges = badges,
          .history = history,
          .statuses = statuses,
          .inbox = inbox,
          .manual_builds = manual_builds,
          .wake_user_sync = [this] { WakeIfThere(user_workers_); }};
}

}  // namespace kozmic::project
