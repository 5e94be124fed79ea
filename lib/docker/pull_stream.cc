#include "lib/docker/pull_stream.h"

#include <cstddef>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/docker/docker_json.h"
#include "nlohmann/json.hpp"

namespace kozmic::docker {
namespace {

using nlohmann::json;

constexpr size_t kMaxMessage = 1 << 20;

bool ContainsAny(const std::string& text, std::initializer_list<absl::string_view> parts) {
  for (const absl::string_view part : parts) {
    if (absl::StrContains(text, part)) return true;
  }
  return false;
}

}  // namespace

bool TransferStream::Feed(absl::string_view bytes) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    absl::StrAppend(&partial_, bytes.substr(0, newline));
    if (partial_.size() > kMaxMessage) return false;
    if (newline == absl::string_view::npos) break;
    Take(partial_);
    partial_.clear();
    bytes.remove_prefix(newline + 1);
  }
  return true;
}

void TransferStream::Take(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return;
  const json message = json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) {
    error_ = "Docker's progress stream is not JSON";
    return;
  }
  if (const std::string error = StringAt(message, "error"); !error.empty()) {
    error_ = error;
    return;
  }
  if (!progress_) return;
  TransferProgress progress;
  progress.layer = StringAt(message, "id");
  progress.status = StringAt(message, "status");
  if (const auto detail = message.find("progressDetail");
      detail != message.end() && detail->is_object()) {
    progress.current = NumberAt(*detail, "current");
    progress.total = NumberAt(*detail, "total");
  }
  progress.digest = StringAt(ObjectAt(message, "aux"), "Digest");
  progress_(progress);
}

absl::Status TransferStream::Finish() {
  Take(partial_);
  partial_.clear();
  if (error_.empty()) return absl::OkStatus();
  return TransferError(error_, absl::StatusCode::kInternal);
}

absl::Status TransferError(absl::string_view message, absl::StatusCode otherwise) {
  // The engine tells these apart in words only.
  const std::string text = absl::AsciiStrToLower(message);
  absl::StatusCode code = otherwise;
  if (ContainsAny(text, {"toomanyrequests", "too many requests"})) {
    code = absl::StatusCode::kResourceExhausted;
  } else if (ContainsAny(text, {"manifest unknown", "not found: name unknown",
                                "repository name not known", "no matching manifest"}) ||
             (absl::StartsWith(text, "manifest for ") && absl::StrContains(text, "not found"))) {
    code = absl::StatusCode::kNotFound;
  } else if (ContainsAny(text, {"denied", "unauthorized", "authentication required",
                                "no basic auth credentials"})) {
    code = absl::StatusCode::kPermissionDenied;
  } else if (ContainsAny(text,
                         {"dial tcp", "no such host", "connection refused", "connection reset",
                          "i/o timeout", "tls handshake timeout", "context deadline exceeded",
                          "request canceled", "network is unreachable", "no route to host",
                          "server misbehaving", "unexpected http status: 5",
                          "unexpected status code 5", "unexpected eof", ": eof",
                          "service unavailable", "bad gateway", "gateway timeout"})) {
    code = absl::StatusCode::kUnavailable;
  }
  return absl::Status(code, message);
}

}  // namespace kozmic::docker
