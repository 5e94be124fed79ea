#include "services/project/translate.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

namespace kozmic::project {
namespace {

google::protobuf::Timestamp Timestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

}  // namespace

void Translate(const MemberProject& member, v1::Project* out) {
  const ProjectRecord& project = member.project;
  out->set_name(absl::StrCat("projects/", project.project_id));
  out->set_repository(project.repository);
  out->set_repository_id(project.repository_id);
  out->set_private_(project.is_private);
  out->set_url(project.url);
  out->set_role(static_cast<v1::Role>(member.role));
  *out->mutable_create_time() = Timestamp(project.create_time);
}

void Translate(const HookRecord& hook, v1::Hook* out) {
  out->set_name(absl::StrCat("projects/", hook.project_id, "/hooks/", hook.hook_id));
  out->set_title(hook.title);
  out->set_image(hook.image);
  out->set_script(hook.script);
  *out->mutable_create_time() = Timestamp(hook.create_time);
}

v1::AcceptWebhookResponse::Disposition Translate(Disposition disposition) {
  switch (disposition) {
    case Disposition::kAccepted:
      return v1::AcceptWebhookResponse::DISPOSITION_ACCEPTED;
    case Disposition::kDuplicate:
      return v1::AcceptWebhookResponse::DISPOSITION_DUPLICATE;
    case Disposition::kIgnored:
      return v1::AcceptWebhookResponse::DISPOSITION_IGNORED;
    case Disposition::kPong:
      return v1::AcceptWebhookResponse::DISPOSITION_PONG;
  }
  return v1::AcceptWebhookResponse::DISPOSITION_UNSPECIFIED;
}

absl::StatusOr<Permission> TranslatePermission(v1::Permission permission) {
  switch (permission) {
    case v1::PERMISSION_VIEW:
      return Permission::kView;
    case v1::PERMISSION_CONFIGURE:
      return Permission::kConfigure;
    case v1::PERMISSION_DELETE:
      return Permission::kDelete;
    default:
      return absl::InvalidArgumentError(absl::StrCat("permission: there is no ", permission));
  }
}

absl::StatusOr<std::string> TranslateState(v1::ReportCommitStatusRequest::State state) {
  switch (state) {
    case v1::ReportCommitStatusRequest::STATE_PENDING:
      return "pending";
    case v1::ReportCommitStatusRequest::STATE_SUCCESS:
      return "success";
    case v1::ReportCommitStatusRequest::STATE_FAILURE:
      return "failure";
    case v1::ReportCommitStatusRequest::STATE_ERROR:
      return "error";
    default:
      return absl::InvalidArgumentError(absl::StrCat("state: there is no ", state));
  }
}

}  // namespace kozmic::project
