#include "services/project/webhooks/dispatcher.h"

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

std::vector<ChosenHooks> ChooseHooks(const std::vector<HookRecord>& hooks, Trigger trigger,
                                     absl::string_view ref, bool is_fork) {
  // Tags have no pull requests.
  const Trigger first = trigger == kOnPullRequest && !is_fork ? kOnPush : trigger;
  ChosenHooks main{.hooks = {}, .suffix = "", .trigger = first};
  ChosenHooks rest{.hooks = {}, .suffix = "/pull_request", .trigger = kOnPullRequest};
  bool is_asked_for = false;
  for (const HookRecord& hook : hooks) {
    const bool wants = Wants(hook.fields, trigger, ref);
    const bool wants_first = Wants(hook.fields, first, ref);
    is_asked_for = is_asked_for || (wants && wants_first);
    if (wants_first && main.hooks.size() < kMostJobs) main.hooks.push_back(hook);
    if (wants && !wants_first && rest.hooks.size() < kMostJobs) rest.hooks.push_back(hook);
  }
  std::vector<ChosenHooks> builds;
  if (is_asked_for) builds.push_back(std::move(main));
  if (!rest.hooks.empty()) builds.push_back(std::move(rest));
  return builds;
}

Dispatcher::Dispatcher(Parts parts, const Options& options)
    : parts_(std::move(parts)), options_(options), worker_([this] { return Step(); }) {}

absl::Duration Dispatcher::Step() {
  const auto claimed = parts_.deliveries.ClaimDelivery(options_.claim);
  if (!claimed.ok()) {
    Log(Severity::kWarning, "cannot read the inbox", {{"error", claimed.status()}});
    return Backoff(++failures_, options_.first_retry, options_.longest_retry, parts_.random);
  }
  if (!claimed->has_value()) return Idle();
  const WaitingDelivery& delivery = **claimed;
  const auto result = Dispatch(delivery);
  if (!result.ok()) return Retry(delivery, result.status());
  failures_ = 0;
  if (const absl::Status status = parts_.deliveries.SettleDelivery(
          delivery.delivery_id, result->state, result->outcome, result->builds);
      !status.ok()) {
    // It comes again when the claim is over.
    Log(Severity::kWarning, "cannot settle a delivery",
        {{"delivery", delivery.delivery_id}, {"error", status}});
  }
  return absl::ZeroDuration();
}

absl::Duration Dispatcher::Idle() {
  const auto next = parts_.deliveries.TimeToNextDelivery();
  if (!next.ok() || !next->has_value()) return options_.idle;
  // Not at once: what is due and was not claimed is another process's at the moment.
  return std::clamp(**next, kLeastIdle, options_.idle);
}

absl::StatusOr<Dispatcher::Settled> Dispatcher::Dispatch(const WaitingDelivery& delivery) {
  const auto body = ParseJson(delivery.body);
  const auto event = body.ok() ? ParseWebhookEvent(delivery.event, *body) : body.status();
  if (!event.ok()) {
    return Settled{DeliveryState::kFailed, std::string(event.status().message())};
  }
  switch (event->kind) {
    case WebhookEvent::Kind::kBuild:
      return Build(delivery, *event);
    case WebhookEvent::Kind::kAccess:
      KOZMIC_RETURN_IF_ERROR(parts_.access.WantProjectSync(delivery.project_id));
      parts_.wake_sync();
      return Settled{DeliveryState::kDone, event->outcome};
    case WebhookEvent::Kind::kGone:
      KOZMIC_RETURN_IF_ERROR(parts_.access.MarkGone(delivery.project_id));
      return Settled{DeliveryState::kDone, event->outcome};
    case WebhookEvent::Kind::kFailed:
      return Settled{DeliveryState::kFailed, event->outcome};
    default:
      return Settled{DeliveryState::kIgnored, event->outcome};
  }
}

absl::StatusOr<Dispatcher::Settled> Dispatcher::Build(const WaitingDelivery& delivery,
                                                      const WebhookEvent& event) {
  KOZMIC_ASSIGN_OR_RETURN(const auto hooks, parts_.hooks.ListHooks(delivery.project_id));
  if (hooks.empty()) return Settled{DeliveryState::kIgnored, "The project has no hooks."};
  const bool is_fork = !event.fork.empty();
  if (is_fork && delivery.is_private) {
    return Settled{DeliveryState::kIgnored,
                   "Pull requests from forks of a private repository are not built."};
  }
  std::vector<ChosenHooks> builds = ChooseHooks(hooks, event.trigger, event.branch_ref, is_fork);
  if (builds.empty()) {
    return Settled{DeliveryState::kIgnored, "No hook of the project builds this."};
  }
  BuildRequest request;
  request.project_id = delivery.project_id;
  request.head = event.head;
  request.repository = delivery.repository;
  request.commit_url = absl::StrCat(delivery.project_url, "/commit/", event.head.commit);
  request.fork = event.fork;
  request.needs_approval = is_fork;
  Settled settled{.state = DeliveryState::kBuilt};
  for (ChosenHooks& chosen : builds) {
    request.request_id = BuildRequestId(delivery.project_id, event.head,
                                        absl::StrCat(delivery.request_key, chosen.suffix));
    request.hooks = std::move(chosen.hooks);
    request.trigger = chosen.trigger;
    // Also of the build that its push makes: so a newer one of the pull request can supersede it.
    request.pull_request = event.pull_request;
    const auto number = parts_.builds.CreateBuild(request);
    if (absl::IsInvalidArgument(number.status())) {
      return Settled{DeliveryState::kFailed, std::string(number.status().message()),
                     std::move(settled.builds)};
    }
    if (absl::IsNotFound(number.status())) {
      return Settled{DeliveryState::kIgnored, "The project is being removed."};
    }
    KOZMIC_RETURN_IF_ERROR(number.status());
    settled.builds.push_back(*number);
  }
  return settled;
}

absl::Duration Dispatcher::Retry(const WaitingDelivery& delivery, const absl::Status& error) {
  Log(Severity::kWarning, "cannot dispatch a delivery yet",
      {{"delivery", delivery.delivery_id}, {"attempt", delivery.attempts}, {"error", error}});
  // Away for everyone, or wrong with this one?
  const bool is_away = IsRetryable(error) && !absl::IsResourceExhausted(error);
  const absl::Duration longest = is_away ? options_.longest_retry : options_.longest_own_retry;
  const absl::Status status =
      !is_away && delivery.attempts >= options_.most_attempts
          ? parts_.deliveries.SettleDelivery(delivery.delivery_id, DeliveryState::kFailed,
                                             std::string(error.message()), {})
          : parts_.deliveries.RetryDelivery(
                delivery.delivery_id,
                Backoff(delivery.attempts, options_.first_retry, longest, parts_.random),
                std::string(error.message()));
  if (!status.ok()) {
    Log(Severity::kWarning, "cannot put a delivery off",
        {{"delivery", delivery.delivery_id}, {"error", status}});
  }
  if (!is_away) return absl::ZeroDuration();
  return Backoff(++failures_, options_.first_retry, options_.longest_retry, parts_.random);
}

}  // namespace kozmic::project
