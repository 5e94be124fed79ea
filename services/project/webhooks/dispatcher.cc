#include "services/project/webhooks/dispatcher.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/trace/span.h"
#include "services/project/webhooks/stored_event.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestRequestId = 256;
constexpr size_t kDigestLength = 32;
constexpr absl::Duration kLeastIdle = absl::Milliseconds(2);
// BuildService's limit on the jobs of a build.
constexpr size_t kMostJobs = 100;

absl::StatusOr<WebhookEvent> EventOf(const WaitingDelivery& delivery) {
  if (!delivery.stored_event.empty()) return LoadEvent(delivery.stored_event);
  return ParseWebhookEvent(delivery.event, delivery.body);
}

SettledDelivery WantBuilds(const WaitingDelivery& delivery, const WebhookEvent& event,
                           const std::vector<HookRecord>& hooks,
                           std::vector<BuildRequest>& wanted) {
  if (hooks.empty()) {
    return SettledDelivery{delivery.delivery_id, DeliveryState::kIgnored,
                           "The project has no hooks."};
  }
  const bool is_fork = !event.fork.empty();
  if (is_fork && delivery.is_private) {
    return SettledDelivery{delivery.delivery_id, DeliveryState::kIgnored,
                           "Pull requests from forks of a private repository are not built."};
  }
  std::vector<ChosenHooks> builds = ChooseHooks(hooks, event.trigger, event.branch_ref, is_fork);
  if (builds.empty()) {
    return SettledDelivery{delivery.delivery_id, DeliveryState::kIgnored,
                           "No hook of the project builds this."};
  }
  BuildRequest request;
  request.project_id = delivery.project_id;
  request.head = event.head;
  request.repository = delivery.repository;
  request.commit_url = absl::StrCat(delivery.project_url, "/commit/", event.head.commit);
  request.fork = event.fork;
  request.needs_approval = is_fork;
  request.event_seconds = event.event_seconds;
  request.trace_id = TraceIdOf(delivery.guid);
  for (ChosenHooks& chosen : builds) {
    request.request_id = BuildRequestId(delivery.project_id, event.head,
                                        absl::StrCat(delivery.request_key, chosen.suffix));
    request.hooks = std::move(chosen.hooks);
    request.trigger = chosen.trigger;
    // Also of the build that its push makes: so a newer one of the pull request can supersede it.
    request.pull_request = event.pull_request;
    wanted.push_back(request);
  }
  return {.delivery_id = delivery.delivery_id, .state = DeliveryState::kBuilt};
}

// What becomes of a delivery that asked for a build.
void AddBuild(const absl::StatusOr<int64_t>& number, absl::StatusOr<SettledDelivery>& result) {
  if (!result.ok()) return;
  if (number.ok()) {
    result->builds.push_back(*number);
  } else if (absl::IsInvalidArgument(number.status())) {
    result->state = DeliveryState::kFailed;
    result->outcome = std::string(number.status().message());
  } else if (absl::IsNotFound(number.status())) {
    result->state = DeliveryState::kIgnored;
    result->outcome = "The project is being removed.";
  } else {
    result = number.status();
  }
}

// One line of the delivery's trace.
void Tell(const WaitingDelivery& delivery, const SettledDelivery& settled) {
  const TraceScope trace(RootOf(TraceIdOf(delivery.guid)));
  Log(Severity::kInfo, "delivery dispatched",
      {{"delivery", delivery.guid},
       {"project", delivery.project_id},
       {"event", delivery.event},
       {"builds", absl::StrJoin(settled.builds, ",")},
       {"outcome", settled.outcome}});
}

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
  const auto batch = parts_.deliveries.ClaimDeliveries(options_.batch, options_.claim);
  if (!batch.ok()) {
    Log(Severity::kWarning, "cannot read the inbox", {{"error", batch.status()}});
    return Backoff(++failures_, options_.first_retry, options_.longest_retry, parts_.random);
  }
  if (batch->empty()) return Idle();
  const absl::Time begin = absl::Now();
  const std::vector<Result> results = DispatchAll(*batch);
  for (const WaitingDelivery& delivery : *batch) {
    RecordPast(TraceIdOf(delivery.guid), "dispatch", begin, absl::Now(),
               {{"kozmic.delivery", delivery.guid}, {"kozmic.project", delivery.project_id}});
  }
  std::vector<SettledDelivery> settled;
  std::vector<RetriedDelivery> retried;
  bool builds_are_made = true;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) {
      Tell((*batch)[i], *results[i]);
      settled.push_back(*results[i]);
    } else {
      builds_are_made =
          Retry((*batch)[i], results[i].status(), settled, retried) && builds_are_made;
    }
  }
  absl::Status kept;
  if (!settled.empty()) kept.Update(parts_.deliveries.SettleDeliveries(settled));
  if (!retried.empty()) kept.Update(parts_.deliveries.RetryDeliveries(retried));
  if (!kept.ok()) {
    // They come again when the claim is over.
    Log(Severity::kWarning, "cannot note what became of deliveries", {{"error", kept}});
  }
  if (!builds_are_made) {
    return Backoff(++failures_, options_.first_retry, options_.longest_retry, parts_.random);
  }
  failures_ = 0;
  return absl::ZeroDuration();
}

std::vector<Dispatcher::Result> Dispatcher::DispatchAll(const std::vector<WaitingDelivery>& batch) {
  const absl::Time last_begin = absl::Now() + options_.begin;
  std::set<int64_t> projects;
  for (const WaitingDelivery& delivery : batch) projects.insert(delivery.project_id);
  auto hooks = parts_.hooks.ListHooksOf({projects.begin(), projects.end()});
  if (!hooks.ok()) return std::vector<Result>(batch.size(), hooks.status());
  std::vector<Result> results;
  std::vector<BuildRequest> wanted;
  // Which delivery each is of.
  std::vector<size_t> wanted_by;
  for (const WaitingDelivery& delivery : batch) {
    results.push_back(Dispatch(delivery, (*hooks)[delivery.project_id], wanted));
    wanted_by.resize(wanted.size(), results.size() - 1);
  }
  if (wanted.empty()) return results;
  std::vector<absl::StatusOr<int64_t>> numbers;
  if (absl::Now() > last_begin) {
    numbers.assign(wanted.size(), NotBegun());
  } else {
    numbers = parts_.builds.CreateBuilds(wanted);
  }
  for (size_t i = 0; i < wanted.size(); ++i) AddBuild(numbers[i], results[wanted_by[i]]);
  return results;
}

absl::Duration Dispatcher::Idle() {
  const auto next = parts_.deliveries.TimeToNextDelivery();
  if (!next.ok() || !next->has_value()) return options_.idle;
  // Not at once: what is due and was not claimed is another process's at the moment.
  return std::clamp(**next, kLeastIdle, options_.idle);
}

Dispatcher::Result Dispatcher::Dispatch(const WaitingDelivery& delivery,
                                        const std::vector<HookRecord>& hooks,
                                        std::vector<BuildRequest>& wanted) {
  const TraceScope trace(RootOf(TraceIdOf(delivery.guid)));
  const auto event = EventOf(delivery);
  if (!event.ok()) {
    return SettledDelivery{delivery.delivery_id, DeliveryState::kFailed,
                           std::string(event.status().message())};
  }
  switch (event->kind) {
    case WebhookEvent::Kind::kBuild:
      return WantBuilds(delivery, *event, hooks, wanted);
    case WebhookEvent::Kind::kAccess:
      KOZMIC_RETURN_IF_ERROR(parts_.access.WantProjectSync(delivery.project_id));
      parts_.wake_sync();
      return SettledDelivery{delivery.delivery_id, DeliveryState::kDone, event->outcome};
    case WebhookEvent::Kind::kGone:
      KOZMIC_RETURN_IF_ERROR(parts_.access.MarkGone(delivery.project_id));
      return SettledDelivery{delivery.delivery_id, DeliveryState::kDone, event->outcome};
    case WebhookEvent::Kind::kFailed:
      return SettledDelivery{delivery.delivery_id, DeliveryState::kFailed, event->outcome};
    default:
      return SettledDelivery{delivery.delivery_id, DeliveryState::kIgnored, event->outcome};
  }
}

bool Dispatcher::Retry(const WaitingDelivery& delivery, const absl::Status& error,
                       std::vector<SettledDelivery>& settled,
                       std::vector<RetriedDelivery>& retried) {
  const TraceScope trace(RootOf(TraceIdOf(delivery.guid)));
  if (Reason(error) == "not_begun") {
    retried.push_back({delivery.delivery_id});
    return true;
  }
  Log(Severity::kWarning, "cannot dispatch a delivery yet",
      {{"delivery", delivery.guid}, {"attempt", delivery.attempts}, {"error", error}});
  // Away for everyone, or wrong with this one?
  const bool is_away = IsRetryable(error) && !absl::IsResourceExhausted(error);
  if (!is_away && delivery.attempts >= options_.most_attempts) {
    settled.push_back(
        {delivery.delivery_id, DeliveryState::kFailed, std::string(error.message()), {}});
    return true;
  }
  const absl::Duration longest = is_away ? options_.longest_retry : options_.longest_own_retry;
  retried.push_back({delivery.delivery_id,
                     Backoff(delivery.attempts, options_.first_retry, longest, parts_.random),
                     std::string(error.message())});
  return !is_away;
}

}  // namespace kozmic::project
