#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTICE_OUTBOX_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTICE_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

enum class Receiver { kMail, kHook };

// A verdict that one receiver is to be told.
struct Message {
  int64_t project = 0;
  int64_t build_number = 0;
  int generation = 1;
  v1::State state = v1::STATE_UNSPECIFIED;
  // Of the job that brought the verdict.
  std::string job_title = {};
  // Of the verdict.
  absl::Time time = {};
  // As the build has them.
  std::string repository = {};
  std::string ref = {};
  std::string commit = {};

  // 0: mail.
  int64_t hook = 0;
  std::string url = {};
  std::string sealed_secret = {};

  // Tries of this message that failed, and of all of the hook since the last that did not.
  int failures = 0;
  int hook_failures = 0;
  // What later calls about this try are known by.
  int64_t claim = 0;
};

// What is still to be told of verdicts. A build has one message for each receiver, which holds its
// newest verdict; when a newer generation's comes, it takes the place of the older one's, which is
// not sent any more, and waits until a try that is under way is over or its claim has expired. So
// nobody hears an older verdict after a newer one. Nothing of deleted projects is told. Any number
// of replicas may work at it. Thread-safe. UNAVAILABLE when the database is away.
class NoticeOutbox {
 public:
  virtual ~NoticeOutbox() = default;

  // Makes messages of at most `limit` notices that none were made of; returns of how many. For each
  // notification hook of the project one, and one mail when `mail`, the project wants it and the
  // verdict is failure or error.
  virtual absl::StatusOr<int> FanOut(int limit, bool mail) = 0;

  // A due message, claimed for `claim`: nobody else gets it meanwhile, and seldom another one of
  // the same hook.
  virtual absl::StatusOr<std::optional<Message>> Claim(Receiver receiver, absl::Duration claim) = 0;
  // When the next message will be due; InfiniteDuration when there is none.
  virtual absl::StatusOr<absl::Duration> UntilNextDue(Receiver receiver) = 0;

  // `result` is what a hook shows as its last result. These three change nothing when somebody else
  // has claimed the message since.
  virtual absl::Status Sent(const Message& message, absl::string_view result) = 0;
  // Due again after `wait`, for the last time `patience` after its verdict; then given up. Nothing
  // else is sent to its hook for `pause`. Whatever has waited there for longer than `patience` is
  // given up with it.
  virtual absl::Status Failed(const Message& message, absl::string_view error, absl::Duration wait,
                              absl::Duration pause, absl::Duration patience) = 0;
  // Never to be sent.
  virtual absl::Status GiveUp(const Message& message, absl::string_view error) = 0;

  // Forgets at most `limit` notices that are older than `age`, with their messages; returns how
  // many.
  virtual absl::StatusOr<int> Prune(absl::Duration age, int limit) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTICE_OUTBOX_H_
