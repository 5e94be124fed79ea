#include "gateway/hook_routes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using project::v1::Hook;

// Two scripts of at most 1 MB each, and services of 80 KB; in JSON each byte may take six.
constexpr size_t kLargestHook = 14 << 20;

// A number of a hook that was not given: the service knows what that means.
constexpr int32_t kDefault = 0;

// API.md's HookFields.
absl::Status ReadHook(const std::string& text, Hook* hook) {
  bool enabled = true;
  int32_t timeout = 0, stall_timeout = 0, max_parallel = 0;
  std::vector<std::string> tracked_files, branches, events, labels;
  BodyReader body(text);
  body.Text("title", hook->mutable_title());
  body.Text("image", hook->mutable_image());
  body.Text("script", hook->mutable_script());
  body.Text("install_script", hook->mutable_install_script(), "");
  body.TextList("tracked_files", &tracked_files, std::vector<std::string>());
  body.Bool("enabled", &enabled, true);
  body.TextList("branches", &branches, std::vector<std::string>());
  body.TextList("events", &events, std::vector<std::string>{"push", "pull_request"});
  body.TextList("labels", &labels, std::vector<std::string>());
  body.Integer("timeout_seconds", &timeout, 1, kDefault);
  body.Integer("stall_timeout_seconds", &stall_timeout, 1, kDefault);
  body.Integer("max_parallel", &max_parallel, 0, kDefault);
  body.ObjectList("services", [hook](BodyReader& one) {
    build::v1::Service& service = *hook->add_services();
    BodyReader::Texts environment;
    one.Text("name", service.mutable_name());
    one.Text("image", service.mutable_image());
    one.TextMap("environment", &environment, BodyReader::Texts());
    service.mutable_environment()->insert(environment.begin(), environment.end());
  });
  KOZMIC_RETURN_IF_ERROR(body.Finish());
  hook->set_disabled(!enabled);
  hook->mutable_tracked_files()->Assign(tracked_files.begin(), tracked_files.end());
  hook->mutable_branches()->Assign(branches.begin(), branches.end());
  hook->mutable_labels()->Assign(labels.begin(), labels.end());
  hook->set_timeout_seconds(timeout);
  hook->set_stall_timeout_seconds(stall_timeout);
  hook->set_max_parallel(max_parallel);
  for (const std::string& word : events) {
    const Hook::Event event = ParseHookEvent(word);
    if (event == Hook::EVENT_UNSPECIFIED) {
      return WithDetail(absl::InvalidArgumentError("events may be push, pull_request and tag only"),
                        "field", "events");
    }
    hook->add_events(event);
  }
  return absl::OkStatus();
}

}  // namespace

void HookRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/hooks";
  const std::string one = absl::StrCat(all, "/{hook}");
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("POST", all, JsonBody(kLargestHook),
               [this](Exchange& exchange) { Create(exchange); });
  server.Route("GET", one, [this](Exchange& exchange) { Get(exchange); });
  server.Route("PUT", one, JsonBody(kLargestHook),
               [this](Exchange& exchange) { Update(exchange); });
  server.Route("DELETE", one, NoBody(), [this](Exchange& exchange) { Delete(exchange); });
  server.Route("POST", absl::StrCat(all, "/restore"), NoBody(),
               [this](Exchange& exchange) { Restore(exchange); });
}

void HookRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListHooksRequest request;
  request.set_parent(*name);
  const auto answer =
      Ask(exchange, *backends_.project, &ProjectStub::ListHooks, request, session->token);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"hooks", JsonArrayOf(answer->hooks(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

void HookRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::GetHookRequest request;
  request.set_name(*name);
  const auto hook =
      Ask(exchange, *backends_.project, &ProjectStub::GetHook, request, session->token);
  if (hook) Reply(exchange, 200, ToJson(*hook));
}

void HookRoutes::Create(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::CreateHookRequest request;
  request.set_parent(*name);
  const absl::Status read = ReadHook(exchange.request.body, request.mutable_hook());
  if (!read.ok()) return ReplyStatus(exchange, read);
  const auto hook = Ask(exchange, *backends_.project, &ProjectStub::CreateHook, request,
                        session->token, kChangeAtGithub);
  if (hook) Reply(exchange, 201, ToJson(*hook));
}

void HookRoutes::Update(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::UpdateHookRequest request;
  const absl::Status read = ReadHook(exchange.request.body, request.mutable_hook());
  if (!read.ok()) return ReplyStatus(exchange, read);
  request.mutable_hook()->set_name(*name);
  const auto hook =
      Ask(exchange, *backends_.project, &ProjectStub::UpdateHook, request, session->token, kChange);
  if (hook) Reply(exchange, 200, ToJson(*hook));
}

void HookRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::DeleteHookRequest request;
  request.set_name(*name);
  if (Ask(exchange, *backends_.project, &ProjectStub::DeleteHook, request, session->token,
          kChangeAtGithub)) {
    exchange.response.status = 204;
  }
}

void HookRoutes::Restore(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::RestoreHooksRequest request;
  request.set_parent(*name);
  const auto answer = Ask(exchange, *backends_.project, &ProjectStub::RestoreHooks, request,
                          session->token, kChangeAtGithub);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"hooks", JsonArrayOf(answer->results(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

}  // namespace kozmic::gateway
