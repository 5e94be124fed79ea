#include "services/project/access/user_sync.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/acting_users.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

// Another process may be the one that syncs: it tells by the database only.
constexpr absl::Duration kLookAgain = absl::Milliseconds(250);

// Repositories that projects are made of: those that the user administrates.
bool MayMakeProject(const github::Repository& repository) {
  return repository.may_admin && !repository.archived;
}

UserRepository RecordOf(const github::Repository& repository) {
  return {.repository_id = repository.id,
          .repository = repository.full_name,
          .owner_avatar_url = repository.owner_avatar_url,
          .owner_is_organization = repository.owner_is_organization,
          .is_private = repository.is_private,
          .description = repository.description,
          .url = repository.html_url};
}

}  // namespace

absl::StatusOr<UserSyncRecord> UserSync::SyncSoon(int64_t user_id, absl::Time deadline,
                                                  const std::function<void()>& wake) {
  KOZMIC_RETURN_IF_ERROR(parts_.store.WantUserSync(user_id));
  wake();
  while (true) {
    int64_t seen = 0;
    {
      absl::MutexLock lock(&mutex_);
      seen = ended_;
    }
    KOZMIC_ASSIGN_OR_RETURN(UserSyncRecord sync, parts_.store.GetUserSync(user_id));
    if (!sync.running || parts_.clock.Now() >= deadline) return sync;
    const auto another_ended = [&]()
                                   ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ended_ != seen; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&another_ended),
                            std::min(kLookAgain, deadline - parts_.clock.Now()));
  }
}

absl::StatusOr<bool> UserSync::SyncNext() {
  KOZMIC_ASSIGN_OR_RETURN(auto claimed, parts_.store.ClaimUserSync(options_.claim));
  if (!claimed.has_value()) return false;
  Sync(*claimed);
  absl::MutexLock lock(&mutex_);
  ++ended_;
  return true;
}

void UserSync::Sync(UserSyncClaim& claimed) {
  const absl::Status status = Ask(claimed);
  if (status.ok()) return;
  Log(Severity::kWarning, "cannot learn what a user may do",
      {{"user", claimed.user_id}, {"error", status}});
  if (!absl::IsCancelled(status)) Fail(claimed, status);
}

absl::Status UserSync::Ask(UserSyncClaim& claimed) {
  KOZMIC_ASSIGN_OR_RETURN(const std::string token, parts_.tokens.GithubToken(claimed.user_id));
  absl::Status kept;
  const auto listing = parts_.github.ListUserRepositories(
      token, claimed.etags, [&](int pages_done, int pages_total, int items) {
        kept.Update(
            parts_.store.ReportUserSync(claimed, options_.claim, pages_done, pages_total, items));
      });
  if (absl::IsUnauthenticated(listing.status())) {
    parts_.tokens.ReportRefused(claimed.user_id, token);
  }
  if (!listing.ok()) return FromGithub(listing.status());
  // Lost to another process, which is at it.
  KOZMIC_RETURN_IF_ERROR(kept);
  if (listing->not_modified) return parts_.store.ConfirmUserSync(claimed, NextInterval());

  std::vector<RepositoryAccess> access;
  std::vector<UserRepository> repositories;
  std::map<int64_t, RepositoryFacts> facts;
  for (const github::Repository& repository : listing->repositories) {
    if (!repository.may_pull) continue;
    access.push_back({.facts = FactsOf(repository),
                      .may_push = repository.may_push,
                      .may_admin = repository.may_admin});
    facts[repository.id] = access.back().facts;
    if (MayMakeProject(repository)) repositories.push_back(RecordOf(repository));
  }
  KOZMIC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> changed,
      parts_.store.FinishUserSync(claimed, access, repositories, listing->etags, NextInterval()));
  // A rename whose old name somebody else has taken is only seen here.
  for (const int64_t project_id : changed) {
    const auto project = parts_.projects.GetProject(project_id);
    if (!project.ok()) continue;
    const auto found = facts.find(project->facts.repository_id);
    if (found == facts.end()) continue;
    parts_.projects.SetFacts(project_id, found->second).IgnoreError();
  }
  return absl::OkStatus();
}

void UserSync::Fail(const UserSyncClaim& claimed, const absl::Status& error) {
  const std::string reason = Reason(error);
  absl::Duration delay = std::max(Backoff(claimed.claim.failures + 1, options_.first_retry,
                                          options_.longest_retry, parts_.random),
                                  AskedWait(error));
  // Nothing helps but that they sign in, which asks for a sync.
  if (reason == "sign_in_needed") delay = absl::InfiniteDuration();
  parts_.store
      .FailUserSync(claimed, reason.empty() ? "unavailable" : reason, std::string(error.message()),
                    delay)
      .IgnoreError();
}

absl::Duration UserSync::NextInterval() const {
  return options_.interval * (1 + 0.1 * parts_.random.Unit());
}

}  // namespace kozmic::project
