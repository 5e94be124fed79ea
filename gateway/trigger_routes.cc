#include "gateway/trigger_routes.h"

#include "absl/time/clock.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate.h"
#include "gateway/translate_build.h"
#include "lib/trace/span.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;
using ProjectStub = project::v1::ProjectService::Stub;

// Variables have at most 64 KB together; in JSON each of their bytes may take six.
constexpr size_t kLargestTrigger = 448 << 10;
constexpr size_t kRequestIdBytes = 16;

}  // namespace

void TriggerRoutes::AddTo(http::HardenedServer& server) const {
  server.Route("POST", "/api/v1/projects/{project}/builds", JsonBody(kLargestTrigger),
               [this](http::Exchange& exchange) { Trigger(exchange); });
}

void TriggerRoutes::Trigger(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::TriggerBuildRequest request;
  request.set_parent(*name);
  BodyReader::Texts variables;
  BodyReader body(exchange.request.body);
  body.Text("ref", request.mutable_ref());
  body.TextMap("variables", &variables, BodyReader::Texts());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  request.mutable_variables()->insert(variables.begin(), variables.end());
  request.set_request_id(random_.Hex(kRequestIdBytes));
  // Which has 32 hexadecimal digits, as the name of a trace.
  exchange.trace_id = request.request_id();
  const TraceScope scope(RootOf(request.request_id()));
  const absl::Time begin = absl::Now();
  const auto triggered = Ask(exchange, *backends_.project, &ProjectStub::TriggerBuild, request,
                             session->token, kChangeAtGithub);
  if (!triggered) return;
  RecordRoot(request.request_id(), "trigger", begin, absl::Now());

  build::v1::GetBuildRequest get;
  get.set_name(triggered->build());
  auto build = Call(*backends_.build, &BuildStub::GetBuild, get, session->token, kCallTimeout);
  if (!build.ok()) {
    // There is a build, even if it cannot be shown now: an error would have it asked for again.
    build = build::v1::Build();
    build->set_name(triggered->build());
    build->set_number(LastNumber(triggered->build()));
    build->set_state(build::v1::STATE_ENQUEUED);
    build->set_trigger(build::v1::TRIGGER_MANUAL);
  }
  Reply(exchange, 201, ToJson(*build));
}

}  // namespace kozmic::gateway
