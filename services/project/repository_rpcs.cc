#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {
namespace {

constexpr int kLongestWaitSeconds = 10;
constexpr int kLargestPage = 10000;

}  // namespace

grpc::ServerUnaryReactor* ProjectService::SyncRepositories(
    grpc::CallbackServerContext* context, const v1::SyncRepositoriesRequest* request,
    v1::RepositorySync* response) {
  // A call that waits takes its thread along.
  const UnaryRunner& runner = request->wait_seconds() > 0 ? runners_.waiting : runners_.database;
  return runner.Run(context, "SyncRepositories", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
    if (request->wait_seconds() < 0 || request->wait_seconds() > kLongestWaitSeconds) {
      return absl::InvalidArgumentError(
          absl::StrCat("wait_seconds: must be 0 to ", kLongestWaitSeconds));
    }
    KOZMIC_ASSIGN_OR_RETURN(
        const UserSyncRecord sync,
        parts_.user_sync.SyncSoon(user_id, absl::Now() + absl::Seconds(request->wait_seconds()),
                                  parts_.wake_user_sync));
    Translate(sync, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ProjectService::GetRepositorySync(grpc::CallbackServerContext* context,
                                                            const v1::GetRepositorySyncRequest*,
                                                            v1::RepositorySync* response) {
  return runners_.database.Run(
      context, "GetRepositorySync", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const UserSyncRecord sync,
                                parts_.access_store.GetUserSync(user_id));
        Translate(sync, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListRepositories(
    grpc::CallbackServerContext* context, const v1::ListRepositoriesRequest* request,
    v1::ListRepositoriesResponse* response) {
  return runners_.database.Run(
      context, "ListRepositories", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        if (request->page_size() < 0) {
          return absl::InvalidArgumentError("page_size: must not be negative");
        }
        const int size =
            request->page_size() == 0 ? kLargestPage : std::min(request->page_size(), kLargestPage);
        // One more than asked for tells whether there is another page.
        KOZMIC_ASSIGN_OR_RETURN(auto page, parts_.access_store.ListRepositories(
                                               user_id, request->page_token(), size + 1));
        if (page.size() > static_cast<size_t>(size)) {
          page.pop_back();
          response->set_next_page_token(absl::AsciiStrToLower(page.back().repository));
        }
        for (const UserRepository& one : page) Translate(one, response->add_repositories());
        KOZMIC_ASSIGN_OR_RETURN(const UserSyncRecord sync,
                                parts_.access_store.GetUserSync(user_id));
        Translate(sync, response->mutable_sync());
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
