#include "gateway/repository_routes.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using project::v1::Repository;

constexpr int kPageSize = 10000;
// Nobody has more; a page token that does not end must not keep us.
constexpr int kMostPages = 10;

struct Owner {
  Repository any;
  JsonArray repositories;
};

JsonText ToJson(Owner owner) {
  const JsonText repositories = std::move(owner.repositories).Take();
  return JsonObject({{"login", owner.any.owner_login()},
                     {"avatar_url", owner.any.owner_avatar_url()},
                     {"organization", owner.any.owner_is_organization()},
                     {"repositories", repositories}});
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
  std::map<std::pair<bool, std::string>, Owner> owners;
  project::v1::RepositorySync sync;
  project::v1::ListRepositoriesRequest request;
  request.set_page_size(kPageSize);
  for (int page = 0; page < kMostPages; ++page) {
    const auto answer =
        Ask(exchange, *backends_.project, &ProjectStub::ListRepositories, request, session->token);
    if (!answer) return;
    for (const Repository& repository : answer->repositories()) {
      const std::string& login = repository.owner_login();
      const bool own = absl::EqualsIgnoreCase(login, user->login());
      Owner& owner = owners[{!own, absl::AsciiStrToLower(login)}];
      owner.any = repository;
      owner.repositories.Add(ToJson(repository));
    }
    sync = answer->sync();
    request.set_page_token(answer->next_page_token());
    if (request.page_token().empty()) break;
  }
  JsonArray list;
  for (auto& [order, owner] : owners) list.Add(ToJson(std::move(owner)));
  Reply(exchange, 200, JsonObject({{"owners", std::move(list).Take()}, {"sync", ToJson(sync)}}));
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
