#include "gateway/badge_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/badge_svg.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/text.h"
#include "gateway/translate_project.h"
#include "lib/crypto/digest.h"
#include "lib/http/negotiation.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using BuildStub = build::v1::BuildService::Stub;

constexpr size_t kEtagLength = 32;

// There is no such thing, or could not be.
bool IsNone(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

void ReplyImage(http::Exchange& exchange, const std::string& image) {
  httplib::Response& response = exchange.response;
  const std::string etag = absl::StrCat("\"", Sha256Hex(image).substr(0, kEtagLength), "\"");
  response.set_header("ETag", etag);
  // Image proxies are to ask each time; that costs them a 304.
  response.set_header("Cache-Control", "no-cache, max-age=0");
  // It is made to be shown on others' pages; opened by itself it may do nothing.
  response.set_header("Cross-Origin-Resource-Policy", "cross-origin");
  response.set_header("Content-Security-Policy", "default-src 'none'; sandbox");
  if (http::MatchesEtag(exchange.request.get_header_value("If-None-Match"), etag)) {
    response.status = 304;
    return;
  }
  response.status = 200;
  response.set_content(image, "image/svg+xml");
}

}  // namespace

void BadgeRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string badge = "/api/v1/projects/{project}/badge";
  server.Route("GET", "/badges/{owner}/{repository}/{branch*}",
               [this](Exchange& exchange) { Image(exchange); });
  server.Route("GET", badge, [this](Exchange& exchange) { Get(exchange); });
  server.Route("POST", absl::StrCat(badge, "/reset"), NoBody(),
               [this](Exchange& exchange) { Reset(exchange); });
}

void BadgeRoutes::Image(http::Exchange& exchange) const {
  project::v1::ResolveBadgeRequest which;
  which.set_repository(
      absl::StrCat(exchange.Variable("owner"), "/", exchange.Variable("repository")));
  which.set_token(exchange.target.Parameter("token").value_or(""));
  const std::string& branch = exchange.Variable("branch");
  if (!IsUtf8(which.repository()) || !IsUtf8(which.token()) || !IsUtf8(branch)) {
    return ReplyNotFound(exchange);
  }
  const auto resolved = Call(*backends_.project, &ProjectStub::ResolveBadge, which,
                             backends_.service_token, kCallTimeout);
  // Which private repositories have projects is told to nobody who has not their token.
  if (IsNone(resolved.status())) return ReplyNotFound(exchange);
  if (!resolved.ok()) return ReplyStatus(exchange, resolved.status());
  build::v1::GetLatestBuildRequest newest;
  newest.set_parent(resolved->project());
  newest.set_ref(absl::StrCat("refs/heads/", branch));
  // In the gateway's own name: that this may be seen has just been said.
  const auto build = Call(*backends_.build, &BuildStub::GetLatestBuild, newest,
                          backends_.service_token, kCallTimeout);
  if (!build.ok() && !IsNone(build.status())) return ReplyStatus(exchange, build.status());
  ReplyImage(exchange, DrawBadge("build", FaceOf(build.ok() ? build->state()
                                                            : build::v1::STATE_UNSPECIFIED)));
}

void BadgeRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  project::v1::GetBadgeRequest request;
  request.set_name(absl::StrCat(*project, "/badge"));
  const auto badge =
      Ask(exchange, *backends_.project, &ProjectStub::GetBadge, request, session->token);
  if (badge) Reply(exchange, 200, ToJson(*badge));
}

void BadgeRoutes::Reset(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  project::v1::ResetBadgeTokenRequest request;
  request.set_name(absl::StrCat(*project, "/badge"));
  const auto badge = Ask(exchange, *backends_.project, &ProjectStub::ResetBadgeToken, request,
                         session->token, kChange);
  if (badge) Reply(exchange, 200, ToJson(*badge));
}

}  // namespace kozmic::gateway
