#include "services/project/credentials/ssh_hosts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/status/annotate.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

constexpr absl::string_view kDefaultPort = "22";

}  // namespace

std::string KnownHostName(absl::string_view ssh_url) {
  absl::ConsumePrefix(&ssh_url, "ssh://");
  ssh_url = ssh_url.substr(0, ssh_url.find('/'));
  const size_t at = ssh_url.rfind('@');
  if (at != absl::string_view::npos) ssh_url.remove_prefix(at + 1);
  const size_t colon = ssh_url.rfind(':');
  const size_t bracket = ssh_url.rfind(']');
  const bool has_port =
      colon != absl::string_view::npos && (bracket == absl::string_view::npos || bracket < colon);
  if (!has_port) return std::string(ssh_url);
  absl::string_view host = ssh_url.substr(0, colon);
  const absl::string_view port = ssh_url.substr(colon + 1);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return port == kDefaultPort ? std::string(host) : absl::StrCat("[", host, "]:", port);
}

SshHosts::SshHosts(Options options, const github::Api& github, const Clock& clock)
    : options_(std::move(options)), github_(github), clock_(clock) {}

std::string SshHosts::CloneUrl(absl::string_view repository) const {
  return absl::StrCat(options_.ssh_url, "/", repository, ".git");
}

std::vector<std::string> SshHosts::Lines(const std::vector<std::string>& keys) const {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  const std::string host = KnownHostName(options_.ssh_url);
  for (const std::string& key : keys) lines.push_back(absl::StrCat(host, " ", key));
  return lines;
}

absl::StatusOr<std::vector<std::string>> SshHosts::KnownHosts(const std::string& token,
                                                              bool fresh) {
  if (!options_.host_keys.empty()) return Lines(options_.host_keys);
  {
    absl::MutexLock lock(&mutex_);
    if (!fresh && clock_.Now() < asked_ + options_.keep) return lines_;
  }
  auto keys = github_.GetSshHostKeys(token);
  // What is public needs no sign-in.
  if (absl::IsUnauthenticated(keys.status()) && !token.empty()) keys = github_.GetSshHostKeys("");
  if (absl::IsUnavailable(keys.status())) {
    absl::MutexLock lock(&mutex_);
    if (!lines_.empty()) return lines_;
  }
  if (absl::IsNotFound(keys.status())) {
    return WithReason(
        absl::FailedPreconditionError("GitHub names no keys of its SSH server; the administrator "
                                      "must configure github.ssh_host_keys"),
        "ssh_host_keys_needed");
  }
  if (!keys.ok()) return FromGithub(Annotate(keys.status(), "ask for GitHub's SSH host keys"));
  absl::MutexLock lock(&mutex_);
  lines_ = Lines(*keys);
  asked_ = clock_.Now();
  return lines_;
}

}  // namespace kozmic::project
