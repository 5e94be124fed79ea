#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_SETTINGS_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/config/config_reader.h"
#include "lib/crypto/sealed_box.h"
#include "lib/mail/mailer.h"
#include "lib/outgoing/address_rules.h"

namespace kozmic::build {

// How verdicts are told; each setting is explained where it is read.
struct NotificationSettings {
  SecretKeys secret_keys = {};
  bool mail = false;
  SmtpOptions smtp = {};
  AddressRules rules = {};
};

// Declares the settings, reads them, and after reader.Finish() checks what they say together.
class NotificationSettingsReader {
 public:
  void Read(ConfigReader& reader);
  // INVALID_ARGUMENT names the fault.
  absl::Status Finish(NotificationSettings* settings) const;

 private:
  NotificationSettings settings_;
  std::string mail_enabled_;
  std::string tls_;
  int64_t port_ = 0;
  std::vector<std::string> networks_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_SETTINGS_H_
