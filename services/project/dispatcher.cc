#include "services/project/dispatcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/backoff.h"
#include "lib/base/json.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestRequestId = 256;
constexpr size_t kDigestLength = 32;
constexpr absl::Duration kLeastIdle = absl::Milliseconds(2);
// BuildService's limit on the jobs of a build.
constexpr size_t kMostJobs = 100;

}  // namespace

std::string BuildRequestId(int64_t project_id, const Head& head, const std::string& key) {
  const std::string commit = key.empty() ? head.commit : absl::StrCat(head.commit, "/", key);
  std::string id = absl::StrCat(project_id, "/", head.ref, "/", commit);
  if (id.size() <= kLongestRequestId) return id;
  return absl::StrCat(project_id, "/sha256:", Sha256Hex(head.ref).substr(0, kDigestLength), "/",
                      commit);
}

Dispatcher::Dispatcher(DeliveryStore& deliveries, ProjectStore& projects, BuildCreator& builds,
                       Random& random, const Options& options)
    : deliveries_(deliveries),
      projects_(projects),
      builds_(builds),
      random_(random),
      options_(options),
      worker_([this] { return Step(); }) {}

absl::Duration Dispatcher::Step() {
  const auto claimed = deliveries_.ClaimDelivery(options_.claim);
  if (!claimed.ok()) {
    Log(Severity::kWarning, "cannot read the inbox", {{"error", claimed.status()}});
    return Backoff(++failures_, options_.first_retry, options_.longest_retry, random_);
  }
  if (!claimed->has_value()) return Idle();
  const WaitingDelivery& delivery = **claimed;
  const auto result = Dispatch(delivery);
  if (!result.ok()) return Retry(delivery, result.status());
  failures_ = 0;
  const auto& [state, outcome] = *result;
  if (const absl::Status status = deliveries_.SettleDelivery(delivery.delivery_id, state, outcome);
      !status.ok()) {
    // It comes again when the claim is over.
    Log(Severity::kWarning, "cannot settle a delivery",
        {{"delivery", delivery.delivery_id}, {"error", status}});
  }
  return absl::ZeroDuration();
}

absl::Duration Dispatcher::Idle() {
  const auto next = deliveries_.TimeToNextDelivery();
  if (!next.ok() || !next->has_value()) return options_.idle;
  // Not at once: what is due and was not claimed is another process's at the moment.
  return std::clamp(**next, kLeastIdle, options_.idle);
}

absl::StatusOr<std::pair<DeliveryState, std::string>> Dispatcher::Dispatch(
    const WaitingDelivery& delivery) {
  const auto body = ParseJson(delivery.body);
  const auto event = body.ok() ? ParseWebhookEvent(delivery.event, *body) : body.status();
  if (!event.ok()) {
    return std::pair(DeliveryState::kFailed, std::string(event.status().message()));
  }
  if (event->kind != WebhookEvent::Kind::kBuild) {
    return std::pair(DeliveryState::kIgnored, event->outcome);
  }
  BuildRequest request;
  KOZMIC_ASSIGN_OR_RETURN(request.hooks, projects_.ListHooks(delivery.project_id));
  if (request.hooks.empty()) {
    return std::pair(DeliveryState::kIgnored, std::string("The project has no hooks."));
  }
  if (request.hooks.size() > kMostJobs) request.hooks.resize(kMostJobs);
  request.project_id = delivery.project_id;
  request.request_id = BuildRequestId(delivery.project_id, event->head, delivery.request_key);
  request.head = event->head;
  request.repository = delivery.repository;
  request.commit_url = absl::StrCat(delivery.project_url, "/commit/", event->head.commit);

  const absl::Status status = builds_.CreateBuild(request);
  if (absl::IsInvalidArgument(status)) {
    return std::pair(DeliveryState::kFailed, std::string(status.message()));
  }
  KOZMIC_RETURN_IF_ERROR(status);
  return std::pair(DeliveryState::kBuilt, std::string());
}

absl::Duration Dispatcher::Retry(const WaitingDelivery& delivery, const absl::Status& error) {
  Log(Severity::kWarning, "cannot dispatch a delivery yet",
      {{"delivery", delivery.delivery_id}, {"attempt", delivery.attempts}, {"error", error}});
  // Away for everyone, or wrong with this one?
  const bool is_away = IsRetryable(error);
  const absl::Duration longest = is_away ? options_.longest_retry : options_.longest_own_retry;
  const absl::Status status =
      !is_away && delivery.attempts >= options_.most_attempts
          ? deliveries_.SettleDelivery(delivery.delivery_id, DeliveryState::kFailed,
                                       std::string(error.message()))
          : deliveries_.RetryDelivery(
                delivery.delivery_id,
                Backoff(delivery.attempts, options_.first_retry, longest, random_),
                std::string(error.message()));
  if (!status.ok()) {
    Log(Severity::kWarning, "cannot put a delivery off",
        {{"delivery", delivery.delivery_id}, {"error", status}});
  }
  if (!is_away) return absl::ZeroDuration();
  return Backoff(++failures_, options_.first_retry, options_.longest_retry, random_);
}

}  // namespace kozmic::project
