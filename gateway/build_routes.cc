#include "gateway/build_routes.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/log_download.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/text.h"
#include "gateway/translate_build.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

constexpr int64_t kMostBuilds = 100;

}  // namespace

void BuildRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/builds";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("GET", absl::StrCat(all, "/latest"),
               [this](Exchange& exchange) { Latest(exchange); });
  server.Route("GET", absl::StrCat(all, "/{number}"),
               [this](Exchange& exchange) { Get(exchange); });
  server.Route("GET", absl::StrCat(all, "/{number}/jobs/{job}/log"),
               [this](Exchange& exchange) { Log(exchange); });
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
      !ReadText(exchange, "ref", request.mutable_ref())) {
    return;
  }
  request.set_parent(*project);
  if (limit) request.set_page_size(static_cast<int32_t>(*limit));
  if (before) request.set_page_token(absl::StrCat(*before));
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

void BuildRoutes::Log(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  const auto job_number = ParseNumber(exchange.Variable("job"), 1);
  if (!name || !job_number) return ReplyNotFound(exchange);
  std::optional<int64_t> attempt, offset;
  if (!ReadNumber(exchange, "attempt", 1, INT32_MAX, &attempt) ||
      !ReadNumber(exchange, "offset", 0, INT64_MAX, &offset)) {
    return;
  }
  // As the user: whether they may see it is decided by who knows.
  build::v1::GetBuildRequest request;
  request.set_name(*name);
  const auto build = Ask(exchange, *backends_.build, &BuildStub::GetBuild, request, session->token);
  if (!build) return;
  const auto job = std::find_if(build->jobs().begin(), build->jobs().end(),
                                [&](const auto& one) { return one.number() == *job_number; });
  if (job == build->jobs().end()) return ReplyNotFound(exchange);
  const int64_t wanted = attempt.value_or(job->attempt());
  if (wanted < 1 || wanted > job->attempt()) return ReplyNotFound(exchange);
  const std::string log = absl::StrCat("logs/", exchange.Variable("project"), "-", build->number(),
                                       "-", *job_number, "-", wanted);
  DownloadLog(backends_, log, offset.value_or(0), downloads_, session->token, exchange);
}

}  // namespace kozmic::gateway
