#include "services/runner/fetch/fetch_error.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

bool ContainsAny(absl::string_view text, std::initializer_list<absl::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](absl::string_view part) { return absl::StrContains(text, part); });
}

}  // namespace

absl::Status FetchError(const std::string& commit, absl::string_view output) {
  const std::string text(absl::StripAsciiWhitespace(output));
  if (ContainsAny(text, {"not our ref", "unadvertised object", "no such remote ref",
                         "remote did not send all necessary objects"})) {
    return absl::NotFoundError(absl::StrCat("The repository does not have the commit ", commit,
                                            ". Was it replaced by a force push?"));
  }
  if (absl::StrContains(text, "gitmodules") && absl::StrContains(text, "fsck error")) {
    return absl::FailedPreconditionError(
        absl::StrCat("The repository has a .gitmodules that git refuses as dangerous: ", text));
  }
  if (ContainsAny(text, {"Authentication failed", "could not read Username", "returned error: 401",
                         "returned error: 403", "terminal prompts disabled"})) {
    return absl::PermissionDeniedError("The repository may not be read.");
  }
  if (absl::StrContains(text, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    return absl::UnauthenticatedError(
        "The repository's host shows another SSH host key than the one that is known for it. Were "
        "its keys replaced, or is somebody in between? An administrator must look at the known "
        "host keys.");
  }
  if (ContainsAny(text, {"host key is known for", "Host key verification failed"})) {
    return absl::UnauthenticatedError(
        "The SSH host key of the repository's host is not known. An administrator must add it to "
        "the known host keys.");
  }
  if (absl::StrContains(text, "Permission denied (")) {
    return WithReason(absl::PermissionDeniedError("The repository's host refuses the deploy key."),
                      kKeyRefused);
  }
  if ((absl::StrContains(text, "not found") && absl::StrContains(text, "repository '")) ||
      ContainsAny(text, {"Repository not found", "does not appear to be a git repository"})) {
    return absl::NotFoundError("There is no such repository.");
  }
  if (ContainsAny(
          text,
          {"Could not resolve host", "Failed to connect", "Connection refused",
           "Connection timed out", "Connection reset", "Couldn't connect", "Operation too slow",
           "Empty reply from server", "returned error: 5", "The requested URL returned error: 429",
           "early EOF", "the remote end hung up", "No route to host", "Network is unreachable",
           "Connection closed by", "Timeout, server ", "Operation timed out", "Broken pipe"})) {
    return absl::UnavailableError(absl::StrCat("The repository cannot be reached: ", text));
  }
  return absl::InternalError(absl::StrCat("git fetch failed: ", text));
}

}  // namespace kozmic::runner
