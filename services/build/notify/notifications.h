#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATIONS_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
#include "lib/crypto/sealed_box.h"
#include "lib/mail/mailer.h"
#include "lib/outgoing/http_poster.h"
#include "lib/postgres/pool.h"
#include "services/build/notify/message_sender.h"
#include "services/build/notify/notice_outbox.h"
#include "services/build/notify/notification_hook_store.h"
#include "services/build/notify/notification_hooks.h"
#include "services/build/notify/notification_settings.h"

namespace kozmic::build {

// Everything that tells verdicts to people and programs, put together.
class Notifications {
 public:
  // The mail addresses of a project's owner and members; within 10 s. NOT_FOUND: no such project.
  using Recipients = std::function<absl::StatusOr<std::vector<std::string>>(int64_t project)>;

  // The threads that Start() starts, each of which needs a connection now and then.
  static constexpr int kThreads = 4;

  // `pool`, `clock` and `random` must outlive this. `public_url` is where browsers reach this
  // installation.
  Notifications(PostgresPool& pool, const NotificationSettings& settings, std::string public_url,
                Recipients recipients, const Clock& clock, Random& random);

  const NotificationHooks& hooks() const { return hooks_; }

  // Begins to tell; once. Before it, hooks().Reseal() is to have run.
  void Start();
  // There may be new notices (kNoticesChannel). Thread-safe once started.
  void Wake();

 private:
  absl::StatusOr<std::string> SendMail(const Message& message) const;
  absl::StatusOr<std::string> Post(const Message& message) const;
  absl::Duration FanOut();
  void Prune();
  void AddSender(Receiver receiver, MessageSender::Send send);

  const bool mail_;
  const std::string public_url_;
  const Recipients recipients_;
  const Clock& clock_;
  Random& random_;
  const Mailer mailer_;
  const HttpPoster poster_;
  const SealedBox box_;
  const std::unique_ptr<NotificationHookStore> store_;
  const std::unique_ptr<NoticeOutbox> outbox_;
  const NotificationHooks hooks_;
  absl::Time next_prune_ = absl::InfinitePast();
  std::vector<std::unique_ptr<MessageSender>> senders_;
  // End before what they use.
  std::vector<std::unique_ptr<Worker>> sending_;
  std::unique_ptr<Worker> fanning_out_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATIONS_H_
