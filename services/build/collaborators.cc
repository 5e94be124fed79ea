#include "services/build/collaborators.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/status_reporter.h"

namespace kozmic::build {
namespace {

using logstream::v1::LogService;
using project::v1::ProjectService;
using project::v1::ReportCommitStatusRequest;

constexpr absl::Duration kTimeout = absl::Seconds(5);
// Nobody waits for it.
constexpr absl::Duration kExpiryTimeout = absl::Minutes(1);
// ProjectService may have to ask GitHub, and to give it the key anew.
constexpr absl::Duration kCheckoutTimeout = absl::Seconds(25);
// Sealing reads the whole log for its digest. Less than a runner's patience with FinishJob.
constexpr absl::Duration kSealTimeout = absl::Seconds(25);
// GitHub may take 10 s for each of two calls. Less than a wish's claim, so that no two replicas
// post the same wish at once.
constexpr absl::Duration kReportTimeout = absl::Seconds(30);
static_assert(kReportTimeout < StatusReporter::kClaim);

ReportCommitStatusRequest::State ToGithub(v1::State state) {
  switch (state) {
    case v1::STATE_SUCCESS:
      return ReportCommitStatusRequest::STATE_SUCCESS;
    case v1::STATE_FAILURE:
      return ReportCommitStatusRequest::STATE_FAILURE;
    case v1::STATE_ERROR:
    case v1::STATE_CANCELLED:
      return ReportCommitStatusRequest::STATE_ERROR;
    default:
      return ReportCommitStatusRequest::STATE_PENDING;
  }
}

}  // namespace

Collaborators::Collaborators(std::shared_ptr<grpc::Channel> auth,
                             std::shared_ptr<grpc::Channel> project,
                             std::shared_ptr<grpc::Channel> logstream,
                             const std::string& service_key)
    : auth_(auth::v1::AuthService::NewStub(std::move(auth))),
      project_(ProjectService::NewStub(std::move(project))),
      logstream_(LogService::NewStub(std::move(logstream))),
      token_(ServiceToken(service_key, "build")) {}

absl::StatusOr<SealedLog> Collaborators::SealLog(const std::string& log,
                                                 const std::optional<SealedLog>& as) const {
  logstream::v1::SealLogRequest request;
  request.set_name(log);
  request.set_at_current_size(!as);
  if (as) {
    request.set_size(as->size);
    request.set_sha256(as->sha256);
  }
  const auto sealed = Call(*logstream_, &LogService::Stub::SealLog, request, token_, kSealTimeout);
  if (!sealed.ok()) return Annotate(sealed.status(), absl::StrCat("seal ", log));
  return SealedLog{sealed->size(), sealed->sha256()};
}

absl::StatusOr<runner::v1::IssueCheckoutResponse> Collaborators::IssueCheckout(
    const GrantedLease& lease, bool refused) const {
  project::v1::IssueCheckoutRequest request;
  request.set_project(absl::StrCat("projects/", lease.key.project));
  request.set_commit(lease.commit);
  request.set_attempt(lease.key.Name());
  request.set_fork(!lease.fork.empty());
  request.set_refused(refused);
  request.add_images(lease.image);
  for (const v1::Service& service : lease.services) request.add_images(service.image());
  KOZMIC_ASSIGN_OR_RETURN(auto issued, Call(*project_, &ProjectService::Stub::IssueCheckout,
                                            request, token_, kCheckoutTimeout));
  runner::v1::IssueCheckoutResponse checkout;
  checkout.set_clone_url(std::move(*issued.mutable_clone_url()));
  checkout.set_ssh_private_key(std::move(*issued.mutable_ssh_private_key()));
  checkout.mutable_ssh_known_hosts()->Swap(issued.mutable_ssh_known_hosts());
  checkout.mutable_secrets()->swap(*issued.mutable_secrets());
  for (auto& credential : *issued.mutable_registry_credentials()) {
    auto& given = *checkout.add_registry_credentials();
    given.set_registry(std::move(*credential.mutable_registry()));
    given.set_username(std::move(*credential.mutable_username()));
    given.set_password(std::move(*credential.mutable_password()));
  }
  return checkout;
}

absl::StatusOr<v1::JobSpec> Collaborators::GetHookSpec(const std::string& hook) const {
  project::v1::GetHookSpecRequest request;
  request.set_hook(hook);
  KOZMIC_ASSIGN_OR_RETURN(auto response, Call(*project_, &ProjectService::Stub::GetHookSpec,
                                              request, token_, kTimeout));
  return std::move(*response.mutable_spec());
}

absl::StatusOr<std::string> Collaborators::LoginOf(const Caller& caller) const {
  if (caller.kind != Caller::Kind::kUser) return caller.name;
  auth::v1::GetUserRequest request;
  request.set_name(caller.name);
  KOZMIC_ASSIGN_OR_RETURN(
      const auth::v1::User user,
      Call(*auth_, &auth::v1::AuthService::Stub::GetUser, request, caller.bearer, kTimeout));
  return user.login();
}

absl::StatusOr<bool> Collaborators::RemoveLogs(int64_t project) const {
  logstream::v1::DeleteLogsRequest request;
  request.set_project(absl::StrCat("projects/", project));
  const auto removed = Call(*logstream_, &LogService::Stub::DeleteLogs, request, token_, kTimeout);
  if (!removed.ok()) {
    return Annotate(removed.status(), absl::StrCat("remove the logs of project ", project));
  }
  return removed->done();
}

absl::Status Collaborators::ExpireLogs(const std::vector<std::string>& logs) const {
  logstream::v1::ExpireLogsRequest request;
  request.mutable_names()->Add(logs.begin(), logs.end());
  return Annotate(
      Call(*logstream_, &LogService::Stub::ExpireLogs, request, token_, kExpiryTimeout).status(),
      "free the bytes of logs");
}

absl::StatusOr<std::vector<std::string>> Collaborators::ListRecipients(int64_t project) const {
  project::v1::ListRecipientsRequest request;
  request.set_parent(absl::StrCat("projects/", project));
  KOZMIC_ASSIGN_OR_RETURN(
      const auto response,
      Call(*project_, &ProjectService::Stub::ListRecipients, request, token_, kTimeout));
  std::vector<std::string> addresses;
  for (const auto& recipient : response.recipients()) addresses.push_back(recipient.email());
  return addresses;
}

absl::Status Collaborators::ReportStatus(const StatusWish& wish) const {
  ReportCommitStatusRequest request;
  request.set_project(absl::StrCat("projects/", wish.project));
  request.set_commit(wish.commit);
  request.set_state(ToGithub(wish.state));
  request.set_context(wish.context);
  request.set_description(wish.description);
  request.set_target_url(wish.target_url);
  return Call(*project_, &ProjectService::Stub::ReportCommitStatus, request, token_, kReportTimeout)
      .status();
}

}  // namespace kozmic::build
