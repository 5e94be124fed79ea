#include "gateway/admin_routes.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/query.h"
#include "gateway/route_options.h"
#include "gateway/translate.h"
#include "gateway/translate_admin.h"

namespace kozmic::gateway {
namespace {

using AdminStub = build::v1::AdminService::Stub;

constexpr int64_t kMostRunners = 500;
constexpr int64_t kMostJobs = 100;

// "runners/a", from {runner}; what that may be is AdminService's to say.
std::string RunnerName(const http::Exchange& exchange) {
  return absl::StrCat("runners/", exchange.Variable("runner"));
}

// A page's `limit` and `page_token`. False after answering 400.
template <typename Request>
bool ReadPage(http::Exchange& exchange, int64_t most, Request& request) {
  std::optional<int64_t> limit;
  if (!ReadNumber(exchange, "limit", 1, most, &limit) ||
      !ReadText(exchange, "page_token", request.mutable_page_token())) {
    return false;
  }
  if (limit) request.set_page_size(static_cast<int32_t>(*limit));
  return true;
}

}  // namespace

void AdminRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string runners = "/api/v1/admin/runners";
  const std::string runner = absl::StrCat(runners, "/{runner}");
  server.Route("GET", runners, [this](Exchange& exchange) { ListRunners(exchange); });
  server.Route("POST", absl::StrCat(runner, "/pause"), NoBody(),
               [this](Exchange& exchange) { PauseRunner(exchange); });
  server.Route("POST", absl::StrCat(runner, "/resume"), NoBody(),
               [this](Exchange& exchange) { ResumeRunner(exchange); });
  server.Route("DELETE", runner, NoBody(), [this](Exchange& exchange) { DeleteRunner(exchange); });
  server.Route("GET", "/api/v1/admin/queue", [this](Exchange& exchange) { ListQueue(exchange); });
}

void AdminRoutes::ListRunners(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  build::v1::ListRunnersRequest request;
  if (!ReadPage(exchange, kMostRunners, request)) return;
  const auto page =
      Ask(exchange, *backends_.admin, &AdminStub::ListRunners, request, session->token);
  if (!page) return;
  Reply(exchange, 200,
        JsonObject(
            {{"runners", JsonArrayOf(page->runners(), [](const auto& one) { return ToJson(one); })},
             {"next_page_token", TextOrNull(page->next_page_token())}}));
}

void AdminRoutes::PauseRunner(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::PauseRunnerRequest request;
  request.set_name(RunnerName(exchange));
  const auto runner =
      Ask(exchange, *backends_.admin, &AdminStub::PauseRunner, request, session->token);
  if (runner) Reply(exchange, 200, ToJson(*runner));
}

void AdminRoutes::ResumeRunner(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::ResumeRunnerRequest request;
  request.set_name(RunnerName(exchange));
  const auto runner =
      Ask(exchange, *backends_.admin, &AdminStub::ResumeRunner, request, session->token);
  if (runner) Reply(exchange, 200, ToJson(*runner));
}

void AdminRoutes::DeleteRunner(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  build::v1::DeleteRunnerRequest request;
  request.set_name(RunnerName(exchange));
  if (Ask(exchange, *backends_.admin, &AdminStub::DeleteRunner, request, session->token)) {
    exchange.response.status = 204;
  }
}

void AdminRoutes::ListQueue(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  build::v1::ListQueueRequest request;
  if (!ReadPage(exchange, kMostJobs, request)) return;
  const auto page = Ask(exchange, *backends_.admin, &AdminStub::ListQueue, request, session->token);
  if (!page) return;
  Reply(
      exchange, 200,
      JsonObject({{"jobs", JsonArrayOf(page->jobs(), [](const auto& one) { return ToJson(one); })},
                  {"next_page_token", TextOrNull(page->next_page_token())},
                  {"waiting", page->waiting()},
                  {"running", page->running()}}));
}

}  // namespace kozmic::gateway
