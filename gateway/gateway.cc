#include "gateway/gateway.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/api_description.h"
#include "gateway/json_text.h"
#include "gateway/stream_route.h"
#include "gateway/webhook_route.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/metrics/metrics.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

constexpr char kName[] = "gateway";
// Of requests being received at once; each webhook's is held about three times on its way on.
constexpr uint64_t kMostBodyBytes = 128 << 20;
// Of those, from one address: two of the largest webhooks and what is small beside them.
constexpr uint64_t kMostBodyBytesOfOneAddress = 64 << 20;
// GitHub itself gives a delivery up then.
// Of answers that are given, to clients that speak TLS, at the end.
constexpr std::chrono::seconds kLastBytes{2};
constexpr absl::Duration kWebhookBodyTimeout = absl::Seconds(10);

Backends MakeBackends(const Config& config) {
  return {auth::v1::AuthService::NewStub(MakeChannel(config.auth_address)),
          project::v1::ProjectService::NewStub(MakeChannel(config.project_address)),
          build::v1::BuildService::NewStub(MakeChannel(config.build_address)),
          build::v1::AdminService::NewStub(MakeChannel(config.build_address)),
          logstream::v1::LogService::NewStub(MakeChannel(config.logstream_address)),
          ServiceToken(config.service_key, kName)};
}

// What a request is for, by its path: few kinds, whatever is asked for.
std::string KindOf(absl::string_view path) {
  if (absl::StartsWith(path, "/_hooks/")) return "webhook";
  if (path == "/api/v1/stream") return "stream";
  if (absl::StartsWith(path, "/api/")) return "api";
  if (absl::StartsWith(path, "/badges/")) return "badge";
  return absl::StartsWith(path, "/_auth/") ? "auth" : "page";
}

void CountAccess(const http::AccessRecord& record) {
  static auto& seconds = *new SecondsFamily("kozmic_http_seconds",
                                            "From a request's first byte to its answer's last.");
  Observe(seconds.With({{"kind", KindOf(record.path)}, {"status", absl::StrCat(record.status)}}),
          record.duration);
}

void LogAccess(const http::AccessRecord& record) {
  // Probes come every few seconds and say nothing.
  if (record.path == "/healthz") return;
  CountAccess(record);
  const TraceScope trace(RootOf(record.trace_id));
  Log(Severity::kInfo, "request",
      {{"method", record.method},
       {"path", record.path},
       {"client", record.client_ip},
       {"status", record.status},
       {"bytes", record.response_bytes},
       {"ms", absl::ToDoubleMilliseconds(record.duration)}});
}

bool IsSecure(const Config& config) { return absl::StartsWith(config.public_url, "https://"); }

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(const Config& config, const Clock& clock,
                                                        Random& random,
                                                        const LiveStreamsOptions& streams) {
  KOZMIC_ASSIGN_OR_RETURN(http::StaticFiles files, http::StaticFiles::Load(config.static_dir));
  http::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.allowed_hosts = config.allowed_hosts;
  options.trusted_proxies = config.trusted_proxies;
  options.headers = SecurityHeaders(config);
  options.on_access = &LogAccess;
  options.max_buffered_body_bytes = kMostBodyBytes;
  options.max_buffered_body_bytes_per_ip = kMostBodyBytesOfOneAddress;
  KOZMIC_ASSIGN_OR_RETURN(auto server, http::HardenedServer::Listen(std::move(options)));
  std::unique_ptr<Gateway> gateway(
      new Gateway(config, clock, random, streams, std::move(files), std::move(server)));
  gateway->AddRoutes();
  gateway->server_->Start();
  if (!config.tls_host.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(gateway->tls_,
                            http::TlsFront::Start({.host = config.tls_host,
                                                   .port = config.tls_port,
                                                   .certificate_file = config.tls_certificate,
                                                   .key_file = config.tls_key},
                                                  [server = gateway->server_.get()](
                                                      http::UniqueFd plain, const std::string& ip) {
                                                    server->Adopt(std::move(plain), ip);
                                                  }));
  }
  return gateway;
}

Gateway::Gateway(const Config& config, const Clock& clock, Random& random,
                 const LiveStreamsOptions& streams, http::StaticFiles files,
                 std::unique_ptr<http::HardenedServer> server)
    : files_(std::move(files)),
      backends_(MakeBackends(config)),
      authenticator_(MakeChannel(config.auth_address), backends_.service_token, clock),
      sessions_(authenticator_, config.public_url),
      auth_({.backends = backends_,
             .sessions = sessions_,
             .authenticator = authenticator_,
             .clock = clock,
             .secure = IsSecure(config)}),
      account_({.backends = backends_,
                .sessions = sessions_,
                .authenticator = authenticator_,
                .secure = IsSecure(config)}),
      repositories_(backends_, sessions_),
      projects_(backends_, sessions_),
      members_(backends_, sessions_),
      hooks_(backends_, sessions_),
      secrets_(backends_, sessions_),
      registries_(backends_, sessions_),
      deploy_keys_(backends_, sessions_),
      badges_(backends_, sessions_),
      builds_(backends_, sessions_),
      triggers_(backends_, sessions_, random),
      build_actions_(backends_, sessions_),
      jobs_(backends_, sessions_),
      settings_(backends_, sessions_),
      notification_hooks_(backends_, sessions_),
      settings_history_(backends_, sessions_),
      settings_file_(backends_, sessions_),
      deliveries_(backends_, sessions_),
      admin_(backends_, sessions_),
      queue_(backends_, sessions_),
      registration_(backends_, sessions_, config.join),
      webhooks_(backends_),
      streams_(backends_, authenticator_, clock, random, streams),
      logs_(backends_, sessions_, streams_),
      server_(std::move(server)) {}

Gateway::~Gateway() { Stop(absl::ZeroDuration()); }

void Gateway::Stop(absl::Duration grace) {
  if (tls_ != nullptr) tls_->Drain();
  server_->Stop(grace);
  // What the server has answered is still on its way.
  if (tls_ != nullptr) tls_->Stop(kLastBytes);
  streams_.Stop();
}

void Gateway::AddRoutes() {
  using http::Exchange;
  server_->Route("GET", "/healthz", {.any_host = true}, [](Exchange& exchange) {
    Reply(exchange, 200, JsonObject({{"status", "ok"}}));
  });

  server_->Route("GET", "/api/openapi.json", [](Exchange& exchange) {
    exchange.response.set_content(kApiDescription, sizeof(kApiDescription) - 1, "application/json");
  });

  server_->Route("POST", "/_hooks/hook/{hook}/",
                 {.max_body_bytes = kLargestWebhook,
                  .content_type = "application/json",
                  .body_timeout = kWebhookBodyTimeout},
                 [this](Exchange& exchange) { AcceptWebhook(webhooks_, exchange); });

  server_->Route("GET", "/api/v1/stream", [this](Exchange& exchange) {
    OpenStream(backends_, sessions_, streams_, exchange);
  });
  auth_.AddTo(*server_);
  account_.AddTo(*server_);
  repositories_.AddTo(*server_);
  projects_.AddTo(*server_);
  members_.AddTo(*server_);
  hooks_.AddTo(*server_);
  secrets_.AddTo(*server_);
  registries_.AddTo(*server_);
  deploy_keys_.AddTo(*server_);
  badges_.AddTo(*server_);
  builds_.AddTo(*server_);
  logs_.AddTo(*server_);
  triggers_.AddTo(*server_);
  build_actions_.AddTo(*server_);
  jobs_.AddTo(*server_);
  settings_.AddTo(*server_);
  notification_hooks_.AddTo(*server_);
  settings_history_.AddTo(*server_);
  settings_file_.AddTo(*server_);
  deliveries_.AddTo(*server_);
  admin_.AddTo(*server_);
  queue_.AddTo(*server_);
  registration_.AddTo(*server_);
  server_->Fallback([this](Exchange& exchange) { ServePage(exchange); });
}

void Gateway::ServePage(http::Exchange& exchange) const {
  const std::string& path = exchange.target.path;
  if (files_.Serve(path, exchange)) return;
  for (absl::string_view area : {"/api", "/_auth", "/_hooks", "/badges", "/assets"}) {
    if (path == area || absl::StartsWith(path, absl::StrCat(area, "/"))) {
      return ReplyNotFound(exchange);
    }
  }
  // Every other path is the single page application's to route. What it is to say here is that the
  // request before this one was not good.
  const bool expired =
      path == "/login" && exchange.target.Parameter("error").value_or("") == "expired";
  if (!files_.Serve("/index.html", exchange, expired ? 400 : 200)) ReplyNotFound(exchange);
}

}  // namespace kozmic::gateway
