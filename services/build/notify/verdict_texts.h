#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_VERDICT_TEXTS_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_VERDICT_TEXTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/mail/mailer.h"
#include "lib/outgoing/http_poster.h"
#include "services/build/notify/notice_outbox.h"

namespace kozmic::build {

// What is said of a verdict, the same at each try. Pure. `public_url` is where browsers reach this
// installation, without a trailing slash.

// Row K37: "[failure] octo/hello#7 (main — c0ffee00)".
Mail VerdictMail(const Message& message, absl::string_view public_url,
                 std::vector<std::string> recipients);

// Row P36; docs/notifications.md describes it. Signed with `secret`.
HttpPost VerdictPost(const Message& message, absl::string_view public_url,
                     absl::string_view secret);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_VERDICT_TEXTS_H_
