#include "gateway/job_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/translate_build.h"
#include "google/protobuf/util/json_util.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

}  // namespace

void JobRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string build = "/api/v1/projects/{project}/builds/{number}";
  server.Route("GET", absl::StrCat(build, "/jobs/{job}/attempts"),
               [this](Exchange& exchange) { Attempts(exchange); });
  server.Route("GET", absl::StrCat(build, "/jobs/{job}/spec"),
               [this](Exchange& exchange) { Spec(exchange); });
  server.Route("GET", absl::StrCat(build, "/waits"),
               [this](Exchange& exchange) { Waits(exchange); });
}

void JobRoutes::Attempts(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = JobName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::ListAttemptsRequest request;
  request.set_parent(*name);
  const auto answer =
      Ask(exchange, *backends_.build, &BuildStub::ListAttempts, request, session->token);
  if (!answer) return;
  Reply(exchange, 200,
        JsonObject({{"attempts", JsonArrayOf(answer->attempts(),
                                             [](const auto& one) { return ToJson(one); })}}));
}

void JobRoutes::Waits(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::ExplainWaitRequest request;
  request.set_build(*name);
  const auto answer =
      Ask(exchange, *backends_.build, &BuildStub::ExplainWait, request, session->token);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"waits", JsonArrayOf(answer->waits(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

// What a runner is told, as it is told: for ./kozmic run.
void JobRoutes::Spec(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = JobName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::GetJobSpecRequest request;
  request.set_job(*name);
  const auto answer =
      Ask(exchange, *backends_.build, &BuildStub::GetJobSpec, request, session->token);
  if (!answer) return;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  JsonText json;
  const auto printed = google::protobuf::util::MessageToJsonString(*answer, &json.text, options);
  if (!printed.ok()) {
    return ReplyStatus(exchange, absl::InternalError(std::string(printed.message())));
  }
  Reply(exchange, 200, json);
}

}  // namespace kozmic::gateway
