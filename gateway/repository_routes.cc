#include "gateway/repository_routes.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using nlohmann::json;
using project::v1::Repository;

constexpr int kPageSize = 10000;
// Nobody has more; a page token that does not end must not keep us.
constexpr int kMostPages = 10;

json OwnerJson(const Repository& repository) {
  return {{"login", repository.owner_login()},
          {"avatar_url", repository.owner_avatar_url()},
          {"organization", repository.owner_is_organization()},
          {"repositories", json::array()}};
}

}  // namespace

void RepositoryRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  server.Route("GET", "/api/v1/repositories", [this](Exchange& exchange) { List(exchange); });
  server.Route("GET", "/api/v1/repositories/sync",
               [this](Exchange& exchange) { GetSync(exchange); });
  server.Route("POST", "/api/v1/repositories/sync", NoBody(),
               [this](Exchange& exchange) { Sync(exchange); });
}

void RepositoryRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  auth::v1::GetUserRequest who;
  who.set_name(session->caller.name);
  const auto user = Ask(exchange, *backends_.auth, &auth::v1::AuthService::Stub::GetUser, who,
                        backends_.service_token);
  if (!user) return;

  // By whether it is not the user's own, and by login in lower case.
  std::map<std::pair<bool, std::string>, json> owners;
  json sync;
  project::v1::ListRepositoriesRequest request;
  request.set_page_size(kPageSize);
  for (int page = 0; page < kMostPages; ++page) {
    const auto answer =
        Ask(exchange, *backends_.project, &ProjectStub::ListRepositories, request, session->token);
    if (!answer) return;
    for (const Repository& repository : answer->repositories()) {
      const std::string& login = repository.owner_login();
      json& owner =
          owners[{!absl::EqualsIgnoreCase(login, user->login()), absl::AsciiStrToLower(login)}];
      if (owner.is_null()) owner = OwnerJson(repository);
      owner["repositories"].push_back(ToJson(repository));
    }
    sync = ToJson(answer->sync());
    request.set_page_token(answer->next_page_token());
    if (request.page_token().empty()) break;
  }
  json list = json::array();
  for (auto& [order, owner] : owners) list.push_back(std::move(owner));
  Reply(exchange, 200, {{"owners", std::move(list)}, {"sync", std::move(sync)}});
}

void RepositoryRoutes::Sync(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto sync = Ask(exchange, *backends_.project, &ProjectStub::SyncRepositories,
                        project::v1::SyncRepositoriesRequest(), session->token, kChange);
  if (sync) Reply(exchange, 202, ToJson(*sync));
}

void RepositoryRoutes::GetSync(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto sync = Ask(exchange, *backends_.project, &ProjectStub::GetRepositorySync,
                        project::v1::GetRepositorySyncRequest(), session->token);
  if (sync) Reply(exchange, 200, ToJson(*sync));
}

}  // namespace kozmic::gateway
