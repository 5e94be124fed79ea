#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_MESSAGE_SENDER_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_MESSAGE_SENDER_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/build/notify/notice_outbox.h"

namespace kozmic::build {

// Sends the outbox's messages to one kind of receiver, each until it is sent or there is no hope.
// Any number of them may work at once, in any number of replicas.
class MessageSender {
 public:
  // Sends one message, within half of kClaim; after a crash it is repeated. The value is for people
  // ("200"). FAILED_PRECONDITION, INVALID_ARGUMENT and NOT_FOUND: it can never be sent. Other
  // errors are worth another try.
  using Send = std::function<absl::StatusOr<std::string>(const Message& message)>;

  static constexpr absl::Duration kClaim = absl::Seconds(60);
  // From a verdict to the last try.
  static constexpr absl::Duration kPatience = absl::Hours(24);

  // `outbox`, `clock` and `random` must outlive this.
  MessageSender(NoticeOutbox& outbox, Receiver receiver, Send send, const Clock& clock,
                Random& random);

  // Sends at most one message; returns when to call again, at the latest. Not thread-safe.
  absl::Duration Step();

 private:
  // OK: what came of it is noted.
  absl::Status Deliver(const Message& message);

  NoticeOutbox& outbox_;
  const Receiver receiver_;
  const Send send_;
  const Clock& clock_;
  Random& random_;
  // Mails that failed since the last one that did not: they all go by one server.
  int mail_failures_ = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_MESSAGE_SENDER_H_
