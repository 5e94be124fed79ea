#include "services/build/simulation/memory_status_outbox.h"

#include <algorithm>

namespace kozmic::build::simulation {
namespace {

constexpr absl::Duration kLookAgain = absl::Minutes(10);

}  // namespace

absl::StatusOr<std::vector<StatusWish>> MemoryStatusOutbox::Claim(int limit, absl::Duration claim) {
  const absl::Time now = db_.clock.Now();
  std::vector<WishRow*> due;
  for (auto& [key, row] : db_.wishes) {
    if (row.reported < row.wish.wanted && row.next_try_time <= now &&
        row.claim_expire_time <= now) {
      due.push_back(&row);
    }
  }
  std::stable_sort(due.begin(), due.end(), [](const WishRow* a, const WishRow* b) {
    return a->next_try_time < b->next_try_time;
  });
  if (due.size() > static_cast<size_t>(limit)) due.resize(static_cast<size_t>(limit));
  std::vector<StatusWish> wishes;
  for (WishRow* row : due) {
    ++db_.changes;
    if (row->claim_expire_time != absl::InfinitePast()) row->stray_until = now + kLookAgain;
    row->wish.claim_end = row->claim_expire_time = now + claim;
    wishes.push_back(row->wish);
  }
  return wishes;
}

absl::StatusOr<absl::Duration> MemoryStatusOutbox::UntilNextDue() {
  absl::Duration until = absl::InfiniteDuration();
  for (const auto& [key, row] : db_.wishes) {
    if (row.reported >= row.wish.wanted) continue;
    const absl::Time due = std::max(row.next_try_time, row.claim_expire_time);
    until = std::min(until, std::max(absl::ZeroDuration(), due - db_.clock.Now()));
  }
  return until;
}

bool MemoryStatusOutbox::HasClaim(const StatusWish& wish) {
  WishRow& row = db_.wishes.at({wish.project, wish.commit});
  ++db_.changes;
  if (row.claim_expire_time == wish.claim_end) {
    row.claim_expire_time = absl::InfinitePast();
    return true;
  }
  ++row.wish.wanted;
  row.next_try_time = db_.clock.Now();
  return false;
}

absl::Status MemoryStatusOutbox::Done(const StatusWish& wish, absl::string_view) {
  if (!HasClaim(wish)) return absl::OkStatus();
  WishRow& row = db_.wishes.at({wish.project, wish.commit});
  row.reported = std::max(row.reported, wish.wanted);
  row.wish.failures = 0;
  if (row.stray_until > db_.clock.Now() && row.wish.wanted == wish.wanted) {
    ++row.wish.wanted;
    row.next_try_time = row.stray_until;
  }
  return absl::OkStatus();
}

absl::Status MemoryStatusOutbox::Failed(const StatusWish& wish, absl::string_view,
                                        absl::Duration wait) {
  if (!HasClaim(wish)) return absl::OkStatus();
  WishRow& row = db_.wishes.at({wish.project, wish.commit});
  const bool same = row.wish.wanted == wish.wanted;
  row.wish.failures = same ? row.wish.failures + 1 : 0;
  row.next_try_time = db_.clock.Now() + (same ? wait : absl::ZeroDuration());
  return absl::OkStatus();
}

}  // namespace kozmic::build::simulation
