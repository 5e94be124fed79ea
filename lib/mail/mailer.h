#ifndef KOZMIC_LIB_MAIL_MAILER_H_
#define KOZMIC_LIB_MAIL_MAILER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic {

// One mail with a plain and an HTML form of the same words, in UTF-8. Whatever control characters
// its subject has, it adds no header.
struct Mail {
  std::vector<std::string> recipients = {};
  std::string subject = {};
  std::string text = {};
  std::string html = {};
  // "left@right" without brackets, the same for each repetition, by which a mail that comes twice
  // is known.
  std::string message_id = {};
  absl::Time time = {};
};

enum class MailTls {
  kNone,
  // Begins in the clear; without an upgrade nothing is sent.
  kStartTls,
  kTls,
};

struct SmtpOptions {
  std::string host = {};
  int port = 25;
  MailTls tls = MailTls::kNone;
  // Empty: no login.
  std::string username = {};
  std::string password = {};
  // An address.
  std::string sender = {};
  // What people see as its name.
  std::string sender_name = {};
  // Certificates to trust instead of the system's.
  std::string ca_file = {};
  // Of a whole delivery.
  absl::Duration timeout = absl::Seconds(20);
};

// Hands mails to an SMTP server. Thread-safe; each mail has a connection of its own.
class Mailer {
 public:
  explicit Mailer(SmtpOptions options) : options_(std::move(options)) {}

  // One message to all recipients, who do not see each other's addresses: they are in the envelope
  // alone. Fine when the server took it for one of them at least. INVALID_ARGUMENT: a recipient or
  // the id is none, or there is no recipient. FAILED_PRECONDITION: the server refuses this mail for
  // good (5xx). UNAVAILABLE: it may take it later, also after somebody has repaired the settings
  // (not reached, not trusted, login refused, 4xx).
  absl::Status Send(const Mail& mail) const;

 private:
  const SmtpOptions options_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_MAIL_MAILER_H_
