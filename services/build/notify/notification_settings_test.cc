#include "services/build/notify/notification_settings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr char kKey[] = "secret_key: a secret key that is long enough to be one!\n";
constexpr char kMail[] = "smtp_host: mail.example.org\nmail_sender: ci@example.org\n";

absl::StatusOr<NotificationSettings> Read(const std::string& yaml) {
  KOZMIC_ASSIGN_OR_RETURN(
      ConfigReader reader,
      ConfigReader::Parse(kKey + yaml,
                          [](const std::string&) -> std::optional<std::string> { return {}; }));
  NotificationSettingsReader settings_reader;
  settings_reader.Read(reader);
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  NotificationSettings settings;
  KOZMIC_RETURN_IF_ERROR(settings_reader.Finish(&settings));
  return settings;
}

TEST(NotificationSettingsTest, WithoutAServerThereIsNoMail) {
  const auto settings = Read("");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_FALSE(settings->mail);
  EXPECT_FALSE(settings->rules.names_any());
}

TEST(NotificationSettingsTest, K76AServerAndASenderAreEnough) {
  const auto settings = Read(kMail);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->mail);
  EXPECT_EQ(settings->smtp.host, "mail.example.org");
  EXPECT_EQ(settings->smtp.port, 25);
  EXPECT_EQ(settings->smtp.tls, MailTls::kNone);
  EXPECT_EQ(settings->smtp.sender, "ci@example.org");
}

TEST(NotificationSettingsTest, K77MailCanBeSwitchedOff) {
  EXPECT_FALSE(Read(absl::StrCat(kMail, "mail_enabled: false\n"))->mail);
  EXPECT_TRUE(Read(absl::StrCat(kMail, "mail_enabled: true\n"))->mail);
}

TEST(NotificationSettingsTest, EverythingIsRead) {
  const auto settings = Read(absl::StrCat(
      kMail,
      "smtp_port: 465\nsmtp_tls: tls\nsmtp_username: kozmic\nsmtp_password: open\n"
      "smtp_ca_file: /etc/ca.pem\nnotification_networks: [10.1.0.0/16, 'fd00::/8']\n"));
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->smtp.port, 465);
  EXPECT_EQ(settings->smtp.tls, MailTls::kTls);
  EXPECT_EQ(settings->smtp.username, "kozmic");
  EXPECT_EQ(settings->smtp.password, "open");
  EXPECT_EQ(settings->smtp.ca_file, "/etc/ca.pem");
  EXPECT_TRUE(settings->rules.Check(*IpAddress::Parse("10.1.2.3")).ok());
}

TEST(NotificationSettingsTest, FaultsStopTheStartAndAreNamed) {
  const auto named = [](const std::string& yaml, absl::string_view name) {
    const absl::Status status = Read(yaml).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << yaml;
    EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "open sesame")) << status;
  };
  named("mail_enabled: true\n", "smtp_host");
  named("smtp_host: mail.example.org\n", "mail_sender");
  named("smtp_host: 'smtp://mail'\nmail_sender: ci@example.org\n", "smtp_host");
  named("smtp_host: mail\nmail_sender: 'Kozmic <ci@example.org>'\n", "mail_sender");
  named(absl::StrCat(kMail, "smtp_port: 0\n"), "smtp_port");
  named(absl::StrCat(kMail, "smtp_tls: maybe\n"), "smtp_tls");
  named(absl::StrCat(kMail, "smtp_username: kozmic\nsmtp_password: open sesame\n"), "smtp_tls");
  named("mail_enabled: perhaps\n", "mail_enabled");
  named("notification_networks: [10.0.0.0/99]\n", "10.0.0.0/99");
}

TEST(NotificationSettingsTest, ALoginInTheClearIsForThisMachineAlone) {
  EXPECT_TRUE(Read("smtp_host: localhost\nmail_sender: ci@example.org\n"
                   "smtp_username: kozmic\nsmtp_password: open\n")
                  .ok());
}

}  // namespace
}  // namespace kozmic::build
