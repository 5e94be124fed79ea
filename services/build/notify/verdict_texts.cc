#include "services/build/notify/verdict_texts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "lib/mail/header_text.h"
#include "services/build/status_text.h"

namespace kozmic::build {
namespace {

constexpr size_t kShortCommit = 8;
constexpr size_t kLongestBranch = 150;
constexpr size_t kIdBytes = 16;

std::string StateWord(v1::State state) {
  absl::string_view name = v1::State_Name(state);
  absl::ConsumePrefix(&name, "STATE_");
  return absl::AsciiStrToLower(name);
}

// "refs/heads/main" → "main", cut between characters.
std::string ShortRef(absl::string_view ref) {
  if (!absl::ConsumePrefix(&ref, "refs/heads/") && !absl::ConsumePrefix(&ref, "refs/tags/")) {
    absl::ConsumePrefix(&ref, "refs/");
  }
  size_t end = std::min(ref.size(), kLongestBranch);
  while (end < ref.size() && end > 0 && (static_cast<unsigned char>(ref[end]) & 0xC0) == 0x80) {
    --end;
  }
  return std::string(ref.substr(0, end));
}

std::string Description(const Message& message) {
  return StatusDescription(message.build_number, message.state, message.job_title);
}

// "https://ci.example.org:8080/x" → "ci.example.org".
std::string Host(absl::string_view public_url) {
  const size_t scheme = public_url.find("://");
  if (scheme != absl::string_view::npos) public_url.remove_prefix(scheme + 3);
  const auto end = std::find_if(public_url.begin(), public_url.end(), [](unsigned char c) {
    return !absl::ascii_isalnum(c) && c != '.' && c != '-';
  });
  const std::string host(public_url.begin(), end);
  return host.empty() ? "kozmic" : host;
}

// The same for each try, another one for everything else in every installation.
std::string StableId(const Message& message, absl::string_view public_url) {
  return Sha256Hex(absl::StrCat(public_url, "\n", message.project, "\n", message.build_number, "\n",
                                message.generation, "\n", message.hook))
      .substr(0, 2 * kIdBytes);
}

}  // namespace

Mail VerdictMail(const Message& message, absl::string_view public_url,
                 std::vector<std::string> recipients) {
  const std::string page = BuildPage(public_url, message.project, message.build_number);
  const std::string what = Description(message);
  const std::string where =
      absl::StrCat(message.repository, ", ", ShortRef(message.ref), ", commit ", message.commit);
  return {.recipients = std::move(recipients),
          .subject = absl::StrCat("[", StateWord(message.state), "] ", message.repository, "#",
                                  message.build_number, " (", ShortRef(message.ref), " \u2014 ",
                                  message.commit.substr(0, kShortCommit), ")"),
          .text = absl::StrCat(what, ".\n\n", page, "\n\n", where, "\n"),
          .html = absl::StrCat("<!DOCTYPE html>\n<html><body>\n<p><a href=\"", EscapeHtml(page),
                               "\">", EscapeHtml(what), "</a>.</p>\n<p>", EscapeHtml(where),
                               "</p>\n</body></html>\n"),
          .message_id = absl::StrCat("kozmic.", message.project, ".", message.build_number, ".",
                                     message.generation, ".", StableId(message, public_url), "@",
                                     Host(public_url)),
          .time = message.time};
}

HttpPost VerdictPost(const Message& message, absl::string_view public_url,
                     absl::string_view secret) {
  const nlohmann::json body = {
      {"event", "build"},
      {"project", absl::StrCat("projects/", message.project)},
      {"repository", message.repository},
      {"number", message.build_number},
      {"generation", message.generation},
      {"url", BuildPage(public_url, message.project, message.build_number)},
      {"state", StateWord(message.state)},
      {"ref", message.ref},
      {"commit", message.commit},
      {"description", Description(message)},
      {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", message.time, absl::UTCTimeZone())}};
  HttpPost post{.url = message.url, .body = DumpJson(body)};
  post.headers["X-Kozmic-Event"] = "build";
  post.headers["X-Kozmic-Delivery"] = StableId(message, public_url);
  post.headers["X-Kozmic-Signature-256"] =
      absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(secret, post.body)));
  return post;
}

}  // namespace kozmic::build
