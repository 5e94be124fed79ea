#include "gateway/secret_routes.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;

// A value has at most 64 KB; in JSON each of its bytes may take six.
constexpr size_t kLargestSecret = 448 << 10;

}  // namespace

void SecretRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/secrets";
  const std::string one = absl::StrCat(all, "/{secret}");
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("PUT", one, JsonBody(kLargestSecret), [this](Exchange& exchange) { Set(exchange); });
  server.Route("DELETE", one, NoBody(), [this](Exchange& exchange) { Delete(exchange); });
}

void SecretRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListSecretsRequest request;
  request.set_parent(*name);
  const auto answer =
      Ask(exchange, *backends_.project, &ProjectStub::ListSecrets, request, session->token);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"secrets", JsonArrayOf(answer->secrets(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

void SecretRoutes::Set(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = SecretName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::SetSecretRequest request;
  request.set_name(*name);
  BodyReader body(exchange.request.body);
  body.Text("value", request.mutable_value());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  const auto secret =
      Ask(exchange, *backends_.project, &ProjectStub::SetSecret, request, session->token, kChange);
  if (secret) Reply(exchange, 200, ToJson(*secret));
}

void SecretRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = SecretName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::DeleteSecretRequest request;
  request.set_name(*name);
  if (Ask(exchange, *backends_.project, &ProjectStub::DeleteSecret, request, session->token,
          kChange)) {
    exchange.response.status = 204;
  }
}

}  // namespace kozmic::gateway
