#ifndef KOZMIC_LIB_MAIL_TEST_SMTP_SERVER_H_
#define KOZMIC_LIB_MAIL_TEST_SMTP_SERVER_H_

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "lib/testing/raw_server.h"

namespace kozmic {

// An SMTP server (RFC 5321) on a loopback port that keeps what it takes.
class TestSmtpServer {
 public:
  struct Received {
    // As in the commands: "<ci@example.org>".
    std::string sender;
    std::vector<std::string> recipients;
    // With its dots as they were meant, lines ended by CRLF.
    std::string data;

    // The value of a header, still folded and encoded.
    std::string Header(absl::string_view name) const {
      const std::string head = data.substr(0, data.find("\r\n\r\n"));
      for (absl::string_view line :
           absl::StrSplit(absl::StrReplaceAll(head, {{"\r\n ", "\n "}}), "\r\n")) {
        if (absl::StartsWithIgnoreCase(line, absl::StrCat(name, ": "))) {
          return std::string(line.substr(name.size() + 2));
        }
      }
      return "";
    }
  };

  // `extensions` are lines of the answer to EHLO: "AUTH PLAIN". With a context it speaks TLS: after
  // STARTTLS, or else from the beginning.
  explicit TestSmtpServer(std::vector<std::string> extensions = {}, SSL_CTX* tls = nullptr,
                          bool begins_with_tls = false)
      : extensions_(std::move(extensions)),
        tls_(tls),
        begins_with_tls_(begins_with_tls),
        server_([this](int socket) { Serve(socket); }) {}

  int port() const { return server_.port(); }

  // From now on commands that begin with `command` are answered with `answer` ("550 No."). The end
  // of a mail is the command ".".
  void Answer(const std::string& command, const std::string& answer) {
    absl::MutexLock lock(&mutex_);
    answers_[command] = answer;
  }
  // From now on all goes well again.
  void AnswerWell() {
    absl::MutexLock lock(&mutex_);
    answers_.clear();
  }

  std::vector<Received> mails() const {
    absl::MutexLock lock(&mutex_);
    return mails_;
  }
  // All lines that clients sent outside of mails.
  std::vector<std::string> commands() const {
    absl::MutexLock lock(&mutex_);
    return commands_;
  }

 private:
  // A connection, in the clear until TLS begins.
  class Stream {
   public:
    explicit Stream(int socket) : socket_(socket) {}
    ~Stream() { SSL_free(tls_); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    bool BeginTls(SSL_CTX* context) {
      tls_ = SSL_new(context);
      return SSL_set_fd(tls_, socket_) == 1 && SSL_accept(tls_) == 1;
    }
    bool ReadLine(std::string* line) {
      line->clear();
      char byte = 0;
      while ((tls_ != nullptr ? SSL_read(tls_, &byte, 1) : recv(socket_, &byte, 1, 0)) == 1) {
        line->push_back(byte);
        if (absl::EndsWith(*line, "\r\n")) {
          line->resize(line->size() - 2);
          return true;
        }
      }
      return false;
    }
    void Write(const std::string& line) {
      const std::string bytes = line + "\r\n";
      if (tls_ == nullptr) {
        RawServer::Write(socket_, bytes);
      } else {
        SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
      }
    }

   private:
    const int socket_;
    SSL* tls_ = nullptr;
  };

  std::string AnswerTo(const std::string& command, const std::string& well) {
    absl::MutexLock lock(&mutex_);
    commands_.push_back(command);
    for (const auto& [begin, answer] : answers_) {
      if (absl::StartsWith(command, begin)) return answer;
    }
    return well;
  }

  // The greeting's, and each command's, answer; false ends the connection.
  void Serve(int socket) {
    Stream stream(socket);
    if (begins_with_tls_ && !stream.BeginTls(tls_)) return;
    stream.Write("220 test");
    Received mail;
    std::string line;
    bool logging_in = false;
    while (stream.ReadLine(&line)) {
      std::string well = "250 Fine.";
      if (absl::StartsWith(line, "EHLO")) {
        well = "250-test";
        for (const std::string& extension : extensions_)
          absl::StrAppend(&well, "\r\n250-", extension);
        absl::StrAppend(&well, "\r\n250 8BITMIME");
      }
      if (absl::StartsWith(line, "DATA")) well = "354 Go on.";
      if (absl::StartsWith(line, "AUTH")) well = "334 ";
      if (logging_in) well = "235 Welcome.";
      if (absl::StartsWith(line, "STARTTLS")) well = "220 Begin.";
      if (absl::StartsWith(line, "QUIT")) well = "221 Bye.";
      const std::string answer = AnswerTo(line, well);
      const bool taken = answer[0] < '4';
      logging_in = absl::StartsWith(answer, "334");
      if (taken && absl::StartsWith(line, "MAIL FROM:")) {
        mail = {.sender = line.substr(10, line.find('>') - 9), .recipients = {}, .data = {}};
      }
      if (taken && absl::StartsWith(line, "RCPT TO:")) mail.recipients.push_back(line.substr(8));
      stream.Write(answer);
      if (taken && absl::StartsWith(line, "STARTTLS") && !stream.BeginTls(tls_)) return;
      if (taken && absl::StartsWith(line, "DATA")) {
        while (stream.ReadLine(&line) && line != ".") {
          absl::StrAppend(&mail.data, absl::StartsWith(line, ".") ? line.substr(1) : line, "\r\n");
        }
        const std::string end = AnswerTo(".", "250 Taken.");
        if (end[0] < '4') {
          absl::MutexLock lock(&mutex_);
          mails_.push_back(mail);
        }
        stream.Write(end);
      }
      if (absl::StartsWith(line, "QUIT")) return;
    }
  }

  const std::vector<std::string> extensions_;
  SSL_CTX* const tls_;
  const bool begins_with_tls_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::string> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<Received> mails_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> commands_ ABSL_GUARDED_BY(mutex_);
  RawServer server_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_MAIL_TEST_SMTP_SERVER_H_
