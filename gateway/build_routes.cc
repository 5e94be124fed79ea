#include "gateway/build_routes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/text.h"
#include "gateway/translate_build.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

constexpr int64_t kMostBuilds = 100;

bool LooksForText(const build::v1::ListBuildsRequest& request) {
  return !request.ref_text().empty() || !request.author_text().empty() || !request.text().empty();
}

}  // namespace

void BuildRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/builds";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("GET", absl::StrCat(all, "/latest"),
               [this](Exchange& exchange) { Latest(exchange); });
  server.Route("GET", absl::StrCat(all, "/{number}"),
               [this](Exchange& exchange) { Get(exchange); });
}

void BuildRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  std::optional<int64_t> limit, before;
  build::v1::ListBuildsRequest request;
  if (!ReadNumber(exchange, "limit", 1, kMostBuilds, &limit) ||
      !ReadNumber(exchange, "before", 1, INT64_MAX, &before) ||
      !ReadText(exchange, "ref", request.mutable_ref()) ||
      !ReadText(exchange, "branch", request.mutable_ref_text()) ||
      !ReadText(exchange, "author", request.mutable_author_text()) ||
      !ReadText(exchange, "q", request.mutable_text())) {
    return;
  }
  for (const absl::string_view status :
       absl::StrSplit(exchange.target.Parameter("status").value_or(""), ',', absl::SkipEmpty())) {
    const auto state = StateOf(status);
    if (!state) {
      return ReplyError(exchange, 400, "invalid_argument",
                        "status must be enqueued, pending, success, failure, error or cancelled, "
                        "or several of them with commas");
    }
    request.add_states(*state);
  }
  request.set_parent(*project);
  if (limit) request.set_page_size(static_cast<int32_t>(*limit));
  if (before) request.set_page_token(absl::StrCat(*before));
  http::Admission::Place place;
  if (LooksForText(request) && !(place = searches_.Enter(session->token))) {
    return ReplyBusy(exchange, "too_many_searches",
                     "Too many searches are under way. Try again in a moment.");
  }
  const auto page =
      Ask(exchange, *backends_.build, &BuildStub::ListBuilds, request, session->token);
  if (!page) return;
  const auto next = ParseNumber(page->next_page_token(), 1);
  Reply(exchange, 200,
        JsonObject(
            {{"builds", JsonArrayOf(page->builds(), [](const auto& one) { return ToJson(one); })},
             {"next_before", next ? JsonValue(*next) : JsonValue(nullptr)}}));
}

void BuildRoutes::Latest(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  build::v1::GetLatestBuildRequest request;
  if (!ReadText(exchange, "ref", request.mutable_ref())) return;
  request.set_parent(*project);
  const auto build =
      Ask(exchange, *backends_.build, &BuildStub::GetLatestBuild, request, session->token);
  if (build) Reply(exchange, 200, ToJson(*build));
}

void BuildRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::GetBuildRequest request;
  request.set_name(*name);
  const auto build = Ask(exchange, *backends_.build, &BuildStub::GetBuild, request, session->token);
  if (build) Reply(exchange, 200, ToJson(*build));
}

}  // namespace kozmic::gateway
