#include "services/build/notify/notifications.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/mail/header_text.h"
#include "lib/status/macros.h"
#include "services/build/notify/postgres_notice_outbox.h"
#include "services/build/notify/postgres_notification_hook_store.h"
#include "services/build/notify/verdict_texts.h"

namespace kozmic::build {
namespace {

constexpr int kFanOutBatch = 200;
constexpr int kHookThreads = Notifications::kThreads - 2;
constexpr absl::Duration kLookAnyway = absl::Seconds(30);
constexpr absl::Duration kRecover = absl::Seconds(1);
constexpr absl::Duration kKeep = absl::Hours(30 * 24);
constexpr absl::Duration kPruneInterval = absl::Hours(1);
constexpr int kPruneBatch = 1000;
constexpr int kGone = 410;

}  // namespace

Notifications::Notifications(PostgresPool& pool, const NotificationSettings& settings,
                             std::string public_url, Recipients recipients, const Clock& clock,
                             Random& random)
    : mail_(settings.mail),
      public_url_(std::move(public_url)),
      recipients_(std::move(recipients)),
      clock_(clock),
      random_(random),
      mailer_(settings.smtp),
      poster_({.rules = settings.rules}),
      box_(settings.secret_keys, "notification_hook", random),
      store_(NewPostgresNotificationHookStore(pool)),
      outbox_(NewPostgresNoticeOutbox(pool)),
      hooks_(*store_, box_, poster_) {}

void Notifications::Start() {
  if (mail_) {
    AddSender(Receiver::kMail, [this](const Message& message) { return SendMail(message); });
  }
  for (int i = 0; i < kHookThreads; ++i) {
    AddSender(Receiver::kHook, [this](const Message& message) { return Post(message); });
  }
  fanning_out_ = std::make_unique<Worker>([this] { return FanOut(); });
}

void Notifications::AddSender(Receiver receiver, MessageSender::Send send) {
  senders_.push_back(
      std::make_unique<MessageSender>(*outbox_, receiver, std::move(send), clock_, random_));
  sending_.push_back(
      std::make_unique<Worker>([sender = senders_.back().get()] { return sender->Step(); }));
}

void Notifications::Wake() { fanning_out_->Wake(); }

absl::Duration Notifications::FanOut() {
  Prune();
  const auto taken = outbox_->FanOut(kFanOutBatch, mail_);
  if (!taken.ok()) return kRecover;
  if (*taken == 0) return kLookAnyway;
  for (const auto& worker : sending_) worker->Wake();
  // There may be more.
  return absl::ZeroDuration();
}

void Notifications::Prune() {
  if (clock_.Now() < next_prune_) return;
  const auto pruned = outbox_->Prune(kKeep, kPruneBatch);
  if (pruned.ok() && *pruned < kPruneBatch) next_prune_ = clock_.Now() + kPruneInterval;
}

absl::StatusOr<std::string> Notifications::SendMail(const Message& message) const {
  KOZMIC_ASSIGN_OR_RETURN(std::vector<std::string> addresses, recipients_(message.project));
  std::set<std::string> seen;
  std::vector<std::string> good;
  for (std::string& address : addresses) {
    if (IsMailAddress(address) && seen.insert(address).second) good.push_back(std::move(address));
  }
  if (good.empty()) return "nobody has an address";
  const size_t count = good.size();
  KOZMIC_RETURN_IF_ERROR(mailer_.Send(VerdictMail(message, public_url_, std::move(good))));
  return absl::StrCat(count, " addresses");
}

absl::StatusOr<std::string> Notifications::Post(const Message& message) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string secret,
                          hooks_.OpenSecret(message.project, message.url, message.sealed_secret));
  KOZMIC_ASSIGN_OR_RETURN(const int status,
                          poster_.Post(VerdictPost(message, public_url_, secret)));
  if (status >= 200 && status < 300) return absl::StrCat(status);
  const std::string error = absl::StrCat("the answer was ", status);
  if (status == kGone) return absl::FailedPreconditionError(error);
  return absl::UnavailableError(error);
}

}  // namespace kozmic::build
