#include "services/project/webhooks/reconciler.h"

#include <algorithm>
#include <vector>

#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

// Of one look: what GitHub will not deliver again.
constexpr size_t kMostRefused = 50;

}  // namespace

void Reconciler::LookAtAll() { look_at_all_ = !parts_.store.WantAll().ok(); }

absl::StatusOr<bool> Reconciler::ReconcileNext() {
  if (look_at_all_) LookAtAll();
  auto looked = LookAtNext();
  // While the database was away no webhook could be kept, and a claim may have been lost.
  if (absl::IsUnavailable(looked.status())) look_at_all_ = true;
  return looked;
}

absl::StatusOr<bool> Reconciler::LookAtNext() {
  KOZMIC_ASSIGN_OR_RETURN(const auto claim, parts_.store.ClaimHook(options_.claim));
  if (!claim.has_value()) return false;
  const auto project = parts_.projects.GetProject(claim->project_id);
  ReconcileState state = claim->state;
  const auto next = project.ok() ? Reconcile(*project, *claim, state) : project.status();
  if (next.ok()) {
    KOZMIC_RETURN_IF_ERROR(parts_.store.FinishClaim(claim->hook_id, state, *next));
    return true;
  }
  Log(Severity::kWarning, "cannot ask GitHub for failed deliveries yet",
      {{"hook", claim->hook_id}, {"error", next.status()}});
  KOZMIC_RETURN_IF_ERROR(
      parts_.store.FailClaim(claim->hook_id, Delay(next.status(), claim->failures + 1)));
  return true;
}

absl::Duration Reconciler::Delay(const absl::Status& error, int failures) const {
  const absl::Duration longest =
      IsRetryable(error) ? options_.longest_retry : options_.longest_own_retry;
  return std::max(Backoff(failures, options_.first_retry, longest, parts_.random),
                  AskedWait(error));
}

absl::StatusOr<absl::Duration> Reconciler::Reconcile(const ProjectRecord& project,
                                                     const ReconcileClaim& claim,
                                                     ReconcileState& state) const {
  // Some more at random, so that hooks that were looked at together are not for ever.
  absl::Duration next = options_.interval * (1 + 0.1 * parts_.random.Unit());
  KOZMIC_RETURN_IF_ERROR(parts_.actors.Do(
      project, [&](const std::string& token, const std::string& repository) -> absl::Status {
        state = claim.state;
        KOZMIC_ASSIGN_OR_RETURN(
            github::HookDeliveryListing listing,
            parts_.github.ListHookDeliveries(token, repository, claim.github_hook_id,
                                             claim.state.settled, claim.state.etag));
        if (listing.not_modified) return absl::OkStatus();
        if (listing.is_cut) {
          Log(Severity::kWarning, "GitHub lists more deliveries of a hook than are read",
              {{"hook", claim.hook_id}, {"project", project.project_id}});
        }
        MissedDeliveries missed = FindMissed(listing.deliveries, parts_.clock.Now());
        KOZMIC_RETURN_IF_ERROR(DropKnown(claim.hook_id, missed));
        const int64_t newest = listing.deliveries.empty() ? 0 : listing.deliveries.front().id;
        // What was asked for has not come through, or is yet to be tried: so would the rest.
        const bool is_in_vain = claim.state.asked_after != 0 &&
                                (missed.is_out_of_reach || newest == claim.state.asked_after);
        state = {.settled = std::max(claim.state.settled, missed.Settled()),
                 .etag = missed.events.empty() ? std::move(listing.etag) : "",
                 .asked_after = 0};
        if (missed.events.empty() || is_in_vain) return absl::OkStatus();
        KOZMIC_RETURN_IF_ERROR(Redeliver(token, repository, claim, missed,
                                         missed.is_out_of_reach ? 1 : options_.most_at_once));
        state.asked_after = newest;
        next = options_.recheck;
        return absl::OkStatus();
      }));
  return next;
}

// A delivery whose answer GitHub did not get in time may be there.
absl::Status Reconciler::DropKnown(int64_t hook_id, MissedDeliveries& missed) const {
  if (missed.events.empty()) return absl::OkStatus();
  std::vector<std::string> guids;
  for (const MissedEvent& event : missed.events) guids.push_back(event.guid);
  KOZMIC_ASSIGN_OR_RETURN(const auto known, parts_.store.KnownGuids(hook_id, guids));
  std::erase_if(missed.events,
                [&known](const MissedEvent& event) { return known.count(event.guid) > 0; });
  return absl::OkStatus();
}

absl::Status Reconciler::Redeliver(const std::string& token, const std::string& repository,
                                   const ReconcileClaim& claim, const MissedDeliveries& missed,
                                   size_t count) const {
  Log(Severity::kInfo, "asks GitHub to deliver again what failed",
      {{"hook", claim.hook_id}, {"missed", missed.events.size()}, {"at_most", count}});
  size_t asked = 0;
  size_t refused = 0;
  // Oldest first, so that builds are made in the order of their pushes.
  for (const MissedEvent& event : missed.events) {
    if (asked == count || refused == kMostRefused) break;
    const absl::Status status = parts_.github.RedeliverHookDelivery(
        token, repository, claim.github_hook_id, event.newest_delivery);
    // Gone, or too old for GitHub.
    const bool is_refused = absl::IsNotFound(status) || absl::IsInvalidArgument(status);
    if (!status.ok() && !is_refused) return status;
    ++(is_refused ? refused : asked);
  }
  return absl::OkStatus();
}

}  // namespace kozmic::project
