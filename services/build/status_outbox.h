#ifndef KOZMIC_SERVICES_BUILD_STATUS_OUTBOX_H_
#define KOZMIC_SERVICES_BUILD_STATUS_OUTBOX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

// One commit status that GitHub is to show.
struct StatusWish {
  int64_t project = 0;
  std::string commit;
  std::string context;
  v1::State state = v1::STATE_UNSPECIFIED;
  std::string description;
  std::string target_url;
  // Which wish of this commit and context it is.
  int64_t wanted = 0;
  // Posts that failed since the last success.
  int failures = 0;
  // Of the newest build of the commit; empty: that is older than traces.
  std::string trace_id;
  // The claim that it was taken with.
  absl::Time claim_end;
};

// What is still to be told to GitHub. Wishes come in with the transactions that change builds (see
// LeaseStore); only the newest of a commit and context is kept, and one replica at a time posts it.
// One that was held still for longer than its claim may post an older wish after the newest. So
// when it reports what it did, or was given up, the newest wish is due once more: whoever posts it
// then finds at GitHub whether it is there. Nothing is wished for a deleted project. Thread-safe.
class StatusOutbox {
 public:
  virtual ~StatusOutbox() = default;

  // Due wishes, each claimed for `claim`: nobody else gets it meanwhile.
  virtual absl::StatusOr<std::vector<StatusWish>> Claim(int limit, absl::Duration claim) = 0;
  // When the next wish will be due; InfiniteFuture when there is none.
  virtual absl::StatusOr<absl::Duration> UntilNextDue() = 0;
  // Both of the following, when the claim has run out and somebody else has it or had it: whatever
  // was posted may have come too late, so what is wished now is posted (or found there) again.
  //
  // `wish` is posted (or will never be taken): done unless a newer one came.
  virtual absl::Status Done(const StatusWish& wish, absl::string_view error) = 0;
  // `wish` could not be posted; due again after `wait`, at once when a newer one came.
  virtual absl::Status Failed(const StatusWish& wish, absl::string_view error,
                              absl::Duration wait) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATUS_OUTBOX_H_
