#include "gateway/registration_routes.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/route_options.h"
#include "gateway/translate.h"
#include "gateway/translate_admin.h"

namespace kozmic::gateway {
namespace {

using AdminStub = build::v1::AdminService::Stub;

constexpr size_t kLargestBody = 16 << 10;
constexpr int32_t kUsualHours = 1;

}  // namespace

void RegistrationRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  server.Route("GET", "/api/v1/admin/registration-tokens",
               [this](Exchange& exchange) { ListTokens(exchange); });
  server.Route("POST", "/api/v1/admin/registration-tokens", JsonBody(kLargestBody),
               [this](Exchange& exchange) { CreateToken(exchange); });
  server.Route("DELETE", "/api/v1/admin/registration-tokens/{token}", NoBody(),
               [this](Exchange& exchange) { DeleteToken(exchange); });
  server.Route("POST", "/api/v1/admin/runners/{runner}/revoke", NoBody(),
               [this](Exchange& exchange) { RevokeRunner(exchange); });
  server.Route("GET", "/api/v1/join", [this](Exchange& exchange) { TellJoin(exchange); });
}

void RegistrationRoutes::ListTokens(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto listed = Ask(exchange, *backends_.admin, &AdminStub::ListRegistrationTokens,
                          build::v1::ListRegistrationTokensRequest(), session->token);
  if (!listed) return;
  Reply(exchange, 200, JsonArrayOf(listed->registration_tokens(), [](const auto& token) {
          return ToJson(token);
        }));
}

void RegistrationRoutes::CreateToken(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::CreateRegistrationTokenRequest request;
  std::vector<std::string> labels;
  int32_t hours = kUsualHours;
  BodyReader body(exchange.request.body);
  body.Text("display_name", request.mutable_display_name(), "");
  body.Text("runner", request.mutable_runner(), "");
  body.TextList("labels", &labels, std::vector<std::string>());
  body.Integer("lifetime_hours", &hours, 1, kUsualHours);
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  request.mutable_labels()->Add(labels.begin(), labels.end());
  request.set_lifetime_hours(hours);
  const auto made = Ask(exchange, *backends_.admin, &AdminStub::CreateRegistrationToken, request,
                        session->token, kChange);
  if (!made) return;
  Reply(exchange, 201,
        JsonObject({{"registration_token", ToJson(made->registration_token())},
                    {"token", made->token()}}));
}

void RegistrationRoutes::DeleteToken(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::DeleteRegistrationTokenRequest request;
  request.set_name(absl::StrCat("registrationTokens/", exchange.Variable("token")));
  if (Ask(exchange, *backends_.admin, &AdminStub::DeleteRegistrationToken, request,
          session->token)) {
    exchange.response.status = 204;
  }
}

void RegistrationRoutes::RevokeRunner(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::RevokeRunnerRequest request;
  request.set_name(absl::StrCat("runners/", exchange.Variable("runner")));
  const auto runner =
      Ask(exchange, *backends_.admin, &AdminStub::RevokeRunner, request, session->token);
  if (runner) Reply(exchange, 200, ToJson(*runner));
}

void RegistrationRoutes::TellJoin(http::Exchange& exchange) const {
  if (join_.build.empty() || join_.logstream.empty()) {
    return ReplyError(exchange, 404, "no_runners_from_elsewhere",
                      "This installation does not let machines in as runners: see its "
                      "administrator's documentation (docs/runners.md).");
  }
  Reply(exchange, 200,
        JsonObject({{"build_address", join_.build},
                    {"logstream_address", join_.logstream},
                    {"clone_url_prefixes",
                     JsonArrayOf(join_.clone_url_prefixes,
                                 [](const std::string& prefix) { return JsonValue(prefix); })},
                    {"ca", TextOrNull(join_.ca)}}));
}

}  // namespace kozmic::gateway
