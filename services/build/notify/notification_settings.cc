#include "services/build/notify/notification_settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/mail/header_text.h"
#include "lib/status/annotate.h"

namespace kozmic::build {
namespace {

constexpr int64_t kMostPorts = 65535;

absl::Status Fault(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("configuration: ", name, ": ", what));
}

bool IsHost(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' ||
           c == ']';
  });
}

bool IsOnThisMachine(absl::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

MailTls TlsOf(absl::string_view name) {
  if (name == "tls") return MailTls::kTls;
  return name == "starttls" ? MailTls::kStartTls : MailTls::kNone;
}

}  // namespace

void NotificationSettingsReader::Read(ConfigReader& reader) {
  reader.Secret("secret_key", &settings_.secret_keys.current,
                {.help = "seals notification hooks' secrets in the database; must survive "
                         "upgrades"});
  reader.SecretList("previous_secret_keys", &settings_.secret_keys.previous,
                    {.help = "secret keys that secret_key has replaced, to open what they sealed; "
                             "needed for one start, at which it is sealed anew",
                     .fallback = ""});
  reader.Choice("mail_enabled", &mail_enabled_,
                {.help = "mail when builds fail; auto: if smtp_host is given", .fallback = "auto"},
                {"auto", "true", "false"});
  reader.Text("smtp_host", &settings_.smtp.host,
              {.help = "the server that takes mail", .fallback = ""});
  reader.Integer("smtp_port", &port_, {.help = "its port", .fallback = "25"}, 1, kMostPorts);
  reader.Choice("smtp_tls", &tls_,
                {.help = "starttls begins in the clear, mostly at port 587, and goes no further "
                         "without TLS; tls begins with it, mostly at port 465",
                 .fallback = "none"},
                {"none", "starttls", "tls"});
  reader.Text("smtp_username", &settings_.smtp.username,
              {.help = "to log in at that server", .fallback = ""});
  reader.Text("smtp_password", &settings_.smtp.password,
              {.help = "to log in at that server", .fallback = ""});
  reader.Text("smtp_ca_file", &settings_.smtp.ca_file,
              {.help = "certificates that may vouch for that server, instead of the system's",
               .fallback = ""});
  reader.Text("mail_sender", &settings_.smtp.sender,
              {.help = "the address that mail comes from", .fallback = ""});
  reader.TextList("notification_networks", &networks_,
                  {.help = "networks that are not of the public internet and that notification "
                           "hooks may call nevertheless, also without TLS: 10.1.0.0/16",
                   .fallback = ""});
}

absl::Status NotificationSettingsReader::Finish(NotificationSettings* settings) const {
  *settings = settings_;
  SmtpOptions& smtp = settings->smtp;
  smtp.port = static_cast<int>(port_);
  smtp.tls = TlsOf(tls_);
  smtp.sender_name = "Kozmic CI";
  settings->mail = mail_enabled_ == "auto" ? !smtp.host.empty() : mail_enabled_ == "true";
  if (settings->mail) {
    if (!IsHost(smtp.host)) {
      return Fault("smtp_host", absl::StrCat("\"", smtp.host, "\" is not a host's name"));
    }
    if (!IsMailAddress(smtp.sender)) {
      return Fault("mail_sender",
                   absl::StrCat("\"", smtp.sender, "\" is not an address such as ci@example.org"));
    }
    if (!smtp.username.empty() && smtp.tls == MailTls::kNone && !IsOnThisMachine(smtp.host)) {
      return Fault("smtp_tls", "a login is not sent in the clear; set starttls or tls");
    }
  }
  auto rules = AddressRules::Make(networks_);
  if (!rules.ok()) return Fault("notification_networks", rules.status().message());
  settings->rules = *std::move(rules);
  return absl::OkStatus();
}

}  // namespace kozmic::build
