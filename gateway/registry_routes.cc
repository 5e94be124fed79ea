#include "gateway/registry_routes.h"

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

// A password has at most 16 KB; in JSON each of its bytes may take six.
constexpr size_t kLargestCredential = 128 << 10;

}  // namespace

void RegistryRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/registries";
  const std::string one = absl::StrCat(all, "/{registry}");
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("PUT", one, JsonBody(kLargestCredential),
               [this](Exchange& exchange) { Set(exchange); });
  server.Route("DELETE", one, NoBody(), [this](Exchange& exchange) { Delete(exchange); });
}

void RegistryRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListRegistryCredentialsRequest request;
  request.set_parent(*name);
  const auto answer = Ask(exchange, *backends_.project, &ProjectStub::ListRegistryCredentials,
                          request, session->token);
  if (!answer) return;
  Reply(exchange, 200,
        JsonObject({{"registries", JsonArrayOf(answer->credentials(),
                                               [](const auto& one) { return ToJson(one); })}}));
}

void RegistryRoutes::Set(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = RegistryName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::SetRegistryCredentialRequest request;
  request.set_name(*name);
  BodyReader body(exchange.request.body);
  body.Text("username", request.mutable_username());
  body.Text("password", request.mutable_password());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  const auto credential = Ask(exchange, *backends_.project, &ProjectStub::SetRegistryCredential,
                              request, session->token, kChange);
  if (credential) Reply(exchange, 200, ToJson(*credential));
}

void RegistryRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = RegistryName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::DeleteRegistryCredentialRequest request;
  request.set_name(*name);
  if (Ask(exchange, *backends_.project, &ProjectStub::DeleteRegistryCredential, request,
          session->token, kChange)) {
    exchange.response.status = 204;
  }
}

}  // namespace kozmic::gateway
