#include "services/build/notify/message_sender.h"

#include <algorithm>
#include <utility>

#include "lib/base/backoff.h"
#include "lib/base/log.h"

namespace kozmic::build {
namespace {

// Of one message.
constexpr absl::Duration kFirstRetry = absl::Seconds(5);
constexpr absl::Duration kLastRetry = absl::Hours(2);
// Of all that goes the same way. Short: once it is open again, they are to go.
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLastPause = absl::Minutes(5);
constexpr absl::Duration kLookAnyway = absl::Seconds(30);
// What is due but may not be claimed yet is looked at again.
constexpr absl::Duration kShortestLook = absl::Seconds(1);
// After an error of the database.
constexpr absl::Duration kRecover = absl::Seconds(1);

bool IsPermanent(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) ||
         absl::IsNotFound(status);
}

}  // namespace

MessageSender::MessageSender(NoticeOutbox& outbox, Receiver receiver, Send send, const Clock& clock,
                             Random& random)
    : outbox_(outbox),
      receiver_(receiver),
      send_(std::move(send)),
      clock_(clock),
      random_(random) {}

absl::Duration MessageSender::Step() {
  const absl::Time begin = clock_.Now();
  const auto message = outbox_.Claim(receiver_, kClaim);
  if (!message.ok()) return kRecover;
  if (!message->has_value()) {
    const auto until = outbox_.UntilNextDue(receiver_);
    if (!until.ok()) return kRecover;
    return std::clamp(*until, kShortestLook, kLookAnyway);
  }
  // This process stood still, and the claim may be over before the message is sent.
  if (clock_.Now() - begin > kClaim / 2) return absl::ZeroDuration();
  if (!Deliver(**message).ok()) return kRecover;
  if (mail_failures_ == 0) return absl::ZeroDuration();
  return Backoff(mail_failures_, kFirstPause, kLastPause, random_);
}

absl::Status MessageSender::Deliver(const Message& message) {
  const auto sent = send_(message);
  if (sent.ok()) {
    mail_failures_ = 0;
    return outbox_.Sent(message, *sent);
  }
  Log(Severity::kWarning, "verdict not told",
      {{"project", message.project},
       {"build", message.build_number},
       {"to", receiver_ == Receiver::kMail ? "mail" : "notification hook"},
       {"hook", message.hook},
       {"failures", message.failures + 1},
       {"error", sent.status()}});
  if (IsPermanent(sent.status())) return outbox_.GiveUp(message, sent.status().message());
  if (receiver_ == Receiver::kMail) ++mail_failures_;
  return outbox_.Failed(message, sent.status().message(),
                        Backoff(message.failures + 1, kFirstRetry, kLastRetry, random_),
                        Backoff(message.hook_failures + 1, kFirstPause, kLastPause, random_),
                        kPatience);
}

}  // namespace kozmic::build
