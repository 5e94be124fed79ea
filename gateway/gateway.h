#ifndef KOZMIC_GATEWAY_GATEWAY_H_
#define KOZMIC_GATEWAY_GATEWAY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/account_routes.h"
#include "gateway/admin_routes.h"
#include "gateway/auth_routes.h"
#include "gateway/backends.h"
#include "gateway/badge_routes.h"
#include "gateway/build_action_routes.h"
#include "gateway/build_routes.h"
#include "gateway/config.h"
#include "gateway/delivery_routes.h"
#include "gateway/deploy_key_routes.h"
#include "gateway/hook_routes.h"
#include "gateway/job_routes.h"
#include "gateway/live_streams.h"
#include "gateway/log_routes.h"
#include "gateway/member_routes.h"
#include "gateway/notification_hook_routes.h"
#include "gateway/project_routes.h"
#include "gateway/project_settings_routes.h"
#include "gateway/queue_routes.h"
#include "gateway/registration_routes.h"
#include "gateway/registry_routes.h"
#include "gateway/repository_routes.h"
#include "gateway/secret_routes.h"
#include "gateway/sessions.h"
#include "gateway/settings_file/settings_file_routes.h"
#include "gateway/settings_history/settings_history_routes.h"
#include "gateway/trigger_routes.h"
#include "gateway/webhook_forwarder.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/http/hardened_server.h"
#include "lib/http/static_files.h"
#include "lib/http/tls/tls_front.h"
#include "lib/rpc/channel_poller.h"
#include "services/auth/client/remote_authenticator.h"

namespace kozmic::gateway {

// The HTTP server of API.md, in front of the services. Holds no state that matters: any number of
// gateways may run, each may end at any time.
class Gateway {
 public:
  // Serves at once. UNAVAILABLE when the address cannot be had, NOT_FOUND without a frontend.
  // Neither `clock` nor `random` is owned.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(const Config& config, const Clock& clock,
                                                        Random& random,
                                                        const LiveStreamsOptions& streams = {});
  // Stops at once.
  ~Gateway();

  int port() const { return server_->port(); }
  // 0: nobody speaks TLS here.
  int tls_port() const { return tls_ == nullptr ? 0 : tls_->port(); }

  // Accepts nothing new, lets requests finish within `grace`, closes the live streams (browsers
  // come back by themselves), joins. Idempotent.
  void Stop(absl::Duration grace);

 private:
  Gateway(const Config& config, const Clock& clock, Random& random,
          const LiveStreamsOptions& streams, http::StaticFiles files,
          std::unique_ptr<http::HardenedServer> server);
  void AddRoutes();
  void ServePage(http::Exchange& exchange) const;

  const http::StaticFiles files_;
  const ChannelPoller poller_;
  const Backends backends_;
  auth::RemoteAuthenticator authenticator_;
  const Sessions sessions_;
  const AuthRoutes auth_;
  const AccountRoutes account_;
  const RepositoryRoutes repositories_;
  const ProjectRoutes projects_;
  const MemberRoutes members_;
  const HookRoutes hooks_;
  const SecretRoutes secrets_;
  const RegistryRoutes registries_;
  const DeployKeyRoutes deploy_keys_;
  const BadgeRoutes badges_;
  const BuildRoutes builds_;
  const TriggerRoutes triggers_;
  const BuildActionRoutes build_actions_;
  const JobRoutes jobs_;
  const ProjectSettingsRoutes settings_;
  const NotificationHookRoutes notification_hooks_;
  const SettingsHistoryRoutes settings_history_;
  const SettingsFileRoutes settings_file_;
  const DeliveryRoutes deliveries_;
  const AdminRoutes admin_;
  const QueueRoutes queue_;
  const RegistrationRoutes registration_;
  WebhookForwarder webhooks_;
  LiveStreams streams_;
  const LogRoutes logs_;
  // Last: its handlers use all of the above.
  const std::unique_ptr<http::HardenedServer> server_;
  // Null, or hands connections to the server.
  std::unique_ptr<http::TlsFront> tls_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_GATEWAY_H_
