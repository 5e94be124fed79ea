#include "lib/mail/mailer.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/mail/header_text.h"
#include "lib/outgoing/curl_call.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

absl::Status Check(const Mail& mail) {
  if (mail.recipients.empty()) return absl::InvalidArgumentError("the mail has no recipient");
  for (const std::string& recipient : mail.recipients) {
    if (!IsMailAddress(recipient)) {
      return absl::InvalidArgumentError("a recipient of the mail is no mail address");
    }
  }
  if (!IsMailAddress(mail.message_id)) {
    return absl::InvalidArgumentError("the mail's message id is not like 7@example.org");
  }
  return absl::OkStatus();
}

std::string UrlOf(const SmtpOptions& options) {
  return absl::StrCat(options.tls == MailTls::kTls ? "smtps" : "smtp", "://", options.host, ":",
                      options.port);
}

CURLcode AddPart(curl_mime* mime, const std::string& lines, const char* type) {
  // As mail ends lines; others would be encoded.
  const std::string text = absl::StrReplaceAll(lines, {{"\r\n", "\r\n"}, {"\n", "\r\n"}});
  curl_mimepart* part = curl_mime_addpart(mime);
  if (part == nullptr) return CURLE_OUT_OF_MEMORY;
  CURLcode code = curl_mime_data(part, text.data(), text.size());
  if (code == CURLE_OK) code = curl_mime_type(part, type);
  // Keeps lines short, and dots and bytes above 127 harmless.
  if (code == CURLE_OK) code = curl_mime_encoder(part, "quoted-printable");
  return code;
}

bool IsPermanent(CURLcode code, long status) {
  // Login is left out: who runs the installation may repair it.
  return code != CURLE_LOGIN_DENIED && code != CURLE_USE_SSL_FAILED && status >= 500 &&
         status < 600;
}

}  // namespace

absl::Status Mailer::Send(const Mail& mail) const {
  KOZMIC_RETURN_IF_ERROR(Check(mail));
  CurlCall call(options_.timeout);
  call.Set(CURLOPT_URL, UrlOf(options_));
  call.Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  call.Set(CURLOPT_USE_SSL,
           static_cast<long>(options_.tls == MailTls::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (!options_.ca_file.empty()) call.Set(CURLOPT_CAINFO, options_.ca_file);
  if (!options_.username.empty()) {
    call.Set(CURLOPT_USERNAME, options_.username);
    call.Set(CURLOPT_PASSWORD, options_.password);
  }
  call.Set(CURLOPT_MAIL_FROM, absl::StrCat("<", options_.sender, ">"));
  // A member's address that is no longer good does not keep the others' mail.
  call.Set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  for (const std::string& recipient : mail.recipients) {
    call.AddMailRecipient(absl::StrCat("<", recipient, ">"));
  }
  call.AddHeader(
      absl::StrCat("From: ", EncodeHeaderText(options_.sender_name), " <", options_.sender, ">"));
  call.AddHeader("To: undisclosed-recipients:;");
  call.AddHeader(absl::StrCat("Subject: ", EncodeHeaderText(mail.subject)));
  call.AddHeader(absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", mail.time, absl::UTCTimeZone())));
  call.AddHeader(absl::StrCat("Message-ID: <", mail.message_id, ">"));
  // Nobody's out-of-office note answers it.
  call.AddHeader("Auto-Submitted: auto-generated");

  const std::unique_ptr<curl_mime, void (*)(curl_mime*)> mime(curl_mime_init(call.handle()),
                                                              curl_mime_free);
  if (mime == nullptr) return absl::UnavailableError("out of memory");
  // Of the whole; libcurl adds the boundary. The better form is the last.
  call.AddHeader("Content-Type: multipart/alternative");
  CURLcode made = AddPart(mime.get(), mail.text, "text/plain; charset=utf-8");
  if (made == CURLE_OK) made = AddPart(mime.get(), mail.html, "text/html; charset=utf-8");
  if (made != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(made));
  call.Set(CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = call.Perform();
  if (code == CURLE_OK) return absl::OkStatus();
  const std::string error = call.Error(code);
  return IsPermanent(code, call.Status()) ? absl::FailedPreconditionError(error)
                                          : absl::UnavailableError(error);
}

}  // namespace kozmic
