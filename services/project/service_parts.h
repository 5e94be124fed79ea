#ifndef KOZMIC_SERVICES_PROJECT_SERVICE_PARTS_H_
#define KOZMIC_SERVICES_PROJECT_SERVICE_PARTS_H_

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "lib/history/settings_history.h"
#include "lib/postgres/pool.h"
#include "services/project/access/postgres_access_store.h"
#include "services/project/access/sync_workers.h"
#include "services/project/clients/remote_build_creator.h"
#include "services/project/clients/remote_build_remover.h"
#include "services/project/clients/remote_token_source.h"
#include "services/project/clients/remote_user_directory.h"
#include "services/project/config.h"
#include "services/project/credentials/postgres_credential_store.h"
#include "services/project/credentials/postgres_registry_store.h"
#include "services/project/credentials/postgres_sealed_store.h"
#include "services/project/github/shared_waits.h"
#include "services/project/hooks/hook_sweeper.h"
#include "services/project/hooks/postgres_hook_store.h"
#include "services/project/project_service.h"
#include "services/project/projects/postgres_project_store.h"
#include "services/project/projects/project_remover.h"
#include "services/project/webhooks/dispatcher.h"
#include "services/project/webhooks/postgres_delivery_store.h"
#include "services/project/webhooks/postgres_reconcile_store.h"
#include "services/project/webhooks/reconciler.h"

namespace kozmic::project {

// The service's objects, put together bottom-up: what main.cc serves, and what tests look into.
// Nothing runs by itself before Start(). The members outlive those below them.
class ServiceParts {
 public:
  struct Options {
    MemberSync::Options member_sync = {};
    UserSync::Options user_sync = {};
    ProjectRemover::Options remover = {};
    Dispatcher::Options dispatcher = {};
    HookSweeper::Options hook_sweeper = {};
    Reconciler::Options reconciler = {};
    SyncWorkers::Options workers = {};
  };

  // `pool`, `clock` and `random` must outlive this.
  ServiceParts(const Config& config, const Options& options, PostgresPool& pool,
               const std::shared_ptr<grpc::Channel>& auth,
               const std::shared_ptr<grpc::Channel>& build, const std::string& service_token,
               const Clock& clock, Random& random);
  // Stops.
  ~ServiceParts();

  // Seals anew what lies under a replaced secret key (Resealer). Before Start().
  absl::Status Reseal();
  // Starts what goes on in the background.
  void Start();
  // Ends it, after the pieces at hand. Idempotent.
  void Stop();

  // The rpc face of these parts.
  ProjectService::Parts Face();

 private:
  const Options options_;

 public:
  PostgresProjectStore projects;
  PostgresAccessStore access;
  PostgresHookStore hook_store;
  PostgresDeliveryStore deliveries;
  PostgresReconcileStore reconciliations;
  PostgresCredentialStore credentials;
  PostgresRegistryStore registry_store;
  PostgresSealedStore sealed;
  SettingsHistory history;

  SealedBox hook_box;
  SealedBox key_box;
  SealedBox secret_box;
  SealedBox badge_box;
  SealedBox registry_box;

  github::Api github;
  // Not started by Start().
  SharedWaits waits;
  RemoteTokenSource tokens;
  RemoteUserDirectory users;
  RemoteBuildCreator build_creator;
  RemoteBuildRemover build_remover;

  ActingUsers actors;
  MemberSync member_sync;
  UserSync user_sync;
  Hooks hooks;
  DeployKeys keys;
  Secrets secrets;
  RegistryCredentials registries;
  SshHosts ssh;
  Checkouts checkouts;
  Badges badges;
  CommitStatuses statuses;
  Projects creation;
  ProjectRemover remover;
  WebhookInbox inbox;
  ManualBuilds manual_builds;
  Reconciler reconciler;

 private:
  Random& random_;
  // Null before Start().
  std::unique_ptr<SyncWorkers> member_workers_;
  std::unique_ptr<SyncWorkers> user_workers_;
  std::unique_ptr<SyncWorkers> removal_workers_;
  std::unique_ptr<SyncWorkers> reconcile_workers_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<HookSweeper> hook_sweeper_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_SERVICE_PARTS_H_
