#include "gateway/queue_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_admin.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using AdminStub = build::v1::AdminService::Stub;
using build::v1::MoveQueuedJobRequest;

constexpr size_t kLargestBody = 1 << 10;

}  // namespace

void QueueRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  server.Route("POST", "/api/v1/admin/projects/{project}/builds/{number}/jobs/{job}/move",
               JsonBody(kLargestBody), [this](Exchange& exchange) { MoveJob(exchange); });
  server.Route("GET", "/api/v1/admin/paused-projects",
               [this](Exchange& exchange) { ListPaused(exchange); });
  server.Route("POST", "/api/v1/admin/projects/{project}/pause", NoBody(),
               [this](Exchange& exchange) { Pause(exchange); });
  server.Route("POST", "/api/v1/admin/projects/{project}/resume", NoBody(),
               [this](Exchange& exchange) { Resume(exchange); });
}

void QueueRoutes::MoveJob(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = JobName(exchange);
  if (!name) return ReplyNotFound(exchange);
  MoveQueuedJobRequest request;
  request.set_name(*name);
  std::string place;
  BodyReader body(exchange.request.body);
  body.Text("place", &place);
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  if (place != "first" && place != "last") {
    return ReplyStatus(
        exchange,
        WithDetail(absl::InvalidArgumentError("place: must be \"first\" or \"last\""), "field",
                   "place"),
        422);
  }
  request.set_place(place == "first" ? MoveQueuedJobRequest::PLACE_FIRST
                                     : MoveQueuedJobRequest::PLACE_LAST);
  const auto moved =
      Ask(exchange, *backends_.admin, &AdminStub::MoveQueuedJob, request, session->token, kChange);
  if (moved) Reply(exchange, 200, ToJson(*moved));
}

void QueueRoutes::ListPaused(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto listed = Ask(exchange, *backends_.admin, &AdminStub::ListPausedProjects,
                          build::v1::ListPausedProjectsRequest(), session->token);
  if (!listed) return;
  Reply(exchange, 200,
        JsonArrayOf(listed->projects(), [](const auto& project) { return ToJson(project); }));
}

void QueueRoutes::Pause(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::PauseProjectRequest request;
  request.set_name(*name);
  const auto paused =
      Ask(exchange, *backends_.admin, &AdminStub::PauseProject, request, session->token);
  if (paused) Reply(exchange, 200, ToJson(*paused));
}

void QueueRoutes::Resume(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::ResumeProjectRequest request;
  request.set_name(*name);
  const auto resumed =
      Ask(exchange, *backends_.admin, &AdminStub::ResumeProject, request, session->token);
  if (resumed) Reply(exchange, 200, ToJson(*resumed));
}

}  // namespace kozmic::gateway
