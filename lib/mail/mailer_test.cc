#include "lib/mail/mailer.h"

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/mail/test_certificate.h"
#include "lib/mail/test_smtp_server.h"

namespace kozmic {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

SmtpOptions Options(const TestSmtpServer& server) {
  return {.host = "127.0.0.1",
          .port = server.port(),
          .sender = "ci@example.org",
          .sender_name = "Kozmic CI"};
}

Mail ToTwo() {
  return {.recipients = {"one@example.org", "two@example.org"},
          .subject = "[failure] octo/hello#7",
          .text = "It failed.\n.\n..dots\nL\xC3\xB6sung\n",
          .html = "<p>It failed.</p>\n",
          .message_id = "7@ci.example.org",
          .time = absl::FromUnixSeconds(1700000000)};
}

absl::StatusCode CodeOf(const SmtpOptions& options, const Mail& mail = ToTwo()) {
  return Mailer(options).Send(mail).code();
}

TEST(MailerTest, OneMailForAllWhoDoNotSeeEachOther) {
  const TestSmtpServer server;
  const absl::Status sent = Mailer(Options(server)).Send(ToTwo());
  ASSERT_TRUE(sent.ok()) << sent;
  ASSERT_EQ(server.mails().size(), 1U);
  const TestSmtpServer::Received mail = server.mails()[0];
  EXPECT_EQ(mail.sender, "<ci@example.org>");
  EXPECT_THAT(mail.recipients, ElementsAre("<one@example.org>", "<two@example.org>"));
  EXPECT_EQ(mail.Header("From"), "Kozmic CI <ci@example.org>");
  EXPECT_EQ(mail.Header("To"), "undisclosed-recipients:;");
  EXPECT_EQ(mail.Header("Subject"), "[failure] octo/hello#7");
  EXPECT_EQ(mail.Header("Message-ID"), "<7@ci.example.org>");
  EXPECT_EQ(mail.Header("Date"), "Tue, 14 Nov 2023 22:13:20 +0000");
  EXPECT_EQ(mail.Header("Auto-Submitted"), "auto-generated");
  EXPECT_THAT(mail.Header("Content-Type"), StartsWith("multipart/alternative; boundary="));
  EXPECT_THAT(mail.data, Not(HasSubstr("one@example.org")));
}

TEST(MailerTest, BothFormsComeAsTheyWereWritten) {
  const TestSmtpServer server;
  ASSERT_TRUE(Mailer(Options(server)).Send(ToTwo()).ok());
  const std::string data = server.mails()[0].data;
  EXPECT_THAT(data, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(data, HasSubstr("\r\n\r\nIt failed.\r\n.\r\n..dots\r\nL=C3=B6sung\r\n"));
  EXPECT_THAT(data, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_LT(data.find("text/plain"), data.find("text/html"));
}

TEST(MailerTest, ASubjectAddsNoHeader) {
  const TestSmtpServer server;
  Mail mail = ToTwo();
  mail.subject = "a\r\nBcc: thief@example.org\r\n\r\nbody \xE2\x80\x94";
  ASSERT_TRUE(Mailer(Options(server)).Send(mail).ok());
  EXPECT_EQ(server.mails()[0].Header("Bcc"), "");
  EXPECT_EQ(server.mails()[0].recipients.size(), 2U);
}

TEST(MailerTest, LoginIsUsed) {
  const TestSmtpServer server({"AUTH PLAIN"});
  SmtpOptions options = Options(server);
  options.username = "kozmic";
  options.password = "open sesame";
  EXPECT_EQ(CodeOf(options), absl::StatusCode::kOk);
  EXPECT_THAT(server.commands(), Contains(StartsWith("AUTH PLAIN")));
}

TEST(MailerTest, ARefusedLoginMayBeRepaired) {
  TestSmtpServer server({"AUTH PLAIN"});
  server.Answer("AUTH", "535 Wrong password.");
  SmtpOptions options = Options(server);
  options.username = "kozmic";
  options.password = "wrong";
  EXPECT_EQ(CodeOf(options), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(server.mails().empty());
}

TEST(MailerTest, RefusalsForGoodAndForNow) {
  TestSmtpServer server;
  for (const char* command : {"MAIL", "RCPT", "DATA", "."}) {
    server.Answer(command, "550 No.");
    EXPECT_EQ(CodeOf(Options(server)), absl::StatusCode::kFailedPrecondition) << command;
    server.Answer(command, "451 Not now.");
    EXPECT_EQ(CodeOf(Options(server)), absl::StatusCode::kUnavailable) << command;
    server.AnswerWell();
  }
  EXPECT_TRUE(server.mails().empty());
}

TEST(MailerTest, OneBadAddressDoesNotKeepTheOthersMail) {
  TestSmtpServer server;
  server.Answer("RCPT TO:<one@", "550 No such user.");
  EXPECT_EQ(CodeOf(Options(server)), absl::StatusCode::kOk);
  ASSERT_EQ(server.mails().size(), 1U);
  EXPECT_THAT(server.mails()[0].recipients, ElementsAre("<two@example.org>"));
}

TEST(MailerTest, NothingIsSentInTheClearWhenTlsIsAskedFor) {
  const TestSmtpServer server({"AUTH PLAIN"});
  for (const MailTls tls : {MailTls::kStartTls, MailTls::kTls}) {
    SmtpOptions options = Options(server);
    options.tls = tls;
    options.username = "kozmic";
    options.password = "open sesame";
    options.timeout = absl::Seconds(5);
    EXPECT_EQ(CodeOf(options), absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(server.mails().empty());
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("AUTH"))));
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("MAIL"))));
}

TEST(MailerTest, MailGoesEncryptedToAServerThatProvesWhoItIs) {
  const TestCertificate certificate;
  const TestCertificate another;
  for (const MailTls tls : {MailTls::kStartTls, MailTls::kTls}) {
    const TestSmtpServer server({"STARTTLS", "AUTH PLAIN"}, certificate.context(),
                                tls == MailTls::kTls);
    SmtpOptions options = Options(server);
    options.tls = tls;
    options.username = "kozmic";
    options.password = "open sesame";
    for (const std::string& not_trusting : {std::string(), another.path()}) {
      options.ca_file = not_trusting;
      EXPECT_EQ(CodeOf(options), absl::StatusCode::kUnavailable);
      EXPECT_THAT(server.commands(), Not(Contains(StartsWith("AUTH"))));
    }
    options.ca_file = certificate.path();
    const absl::Status sent = Mailer(options).Send(ToTwo());
    EXPECT_TRUE(sent.ok()) << sent;
    EXPECT_EQ(server.mails().size(), 1U);
    // In the clear there is no more than the wish for TLS.
    const std::vector<std::string> commands = server.commands();
    EXPECT_THAT(commands, Contains(StartsWith("AUTH PLAIN")));
    EXPECT_EQ(commands[1] == "STARTTLS", tls == MailTls::kStartTls);
  }
}

TEST(MailerTest, AServerThatSaysNothingIsLeft) {
  const RawServer server([](int socket) { RawServer::WaitForClose(socket); });
  EXPECT_EQ(CodeOf({.host = "127.0.0.1",
                    .port = server.port(),
                    .sender = "ci@example.org",
                    .timeout = absl::Milliseconds(200)}),
            absl::StatusCode::kUnavailable);
}

TEST(MailerTest, BadInputsAreRefused) {
  const TestSmtpServer server;
  Mail mail = ToTwo();
  mail.recipients = {"one@example.org>\r\nRCPT TO:<thief@example.org"};
  EXPECT_EQ(CodeOf(Options(server), mail), absl::StatusCode::kInvalidArgument);
  mail.recipients = {};
  EXPECT_EQ(CodeOf(Options(server), mail), absl::StatusCode::kInvalidArgument);
  mail = ToTwo();
  mail.message_id = "7@ci>\r\nBcc: <thief@example.org";
  EXPECT_EQ(CodeOf(Options(server), mail), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(server.commands().empty());
}

}  // namespace
}  // namespace kozmic
