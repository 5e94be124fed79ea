#include "services/runner/fetch/revision.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kozmic::runner {
namespace {

constexpr size_t kSha1Digits = 40;
constexpr size_t kSha256Digits = 64;
constexpr size_t kMaxBranch = 200;
constexpr size_t kMaxPullRequestDigits = 18;

}  // namespace

bool IsCommitId(absl::string_view text) {
  return (text.size() == kSha1Digits || text.size() == kSha256Digits) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

std::string LocalBranch(absl::string_view ref) {
  if (!absl::ConsumePrefix(&ref, "refs/heads/") || ref.empty() || ref.size() > kMaxBranch) {
    return "";
  }
  const bool plain = std::all_of(ref.begin(), ref.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/' || c == '+' ||
           c == '#';
  });
  if (!plain || absl::StrContains(ref, "..")) return "";
  for (const absl::string_view part : absl::StrSplit(ref, '/')) {
    if (part.empty() || part.front() == '.' || part.front() == '-' || part.back() == '.' ||
        absl::EndsWith(part, ".lock")) {
      return "";
    }
  }
  return ref == "HEAD" ? "" : std::string(ref);
}

bool IsPullRequestHead(absl::string_view ref) {
  return absl::ConsumePrefix(&ref, "refs/pull/") && absl::ConsumeSuffix(&ref, "/head") &&
         !ref.empty() && ref.size() <= kMaxPullRequestDigits &&
         std::all_of(ref.begin(), ref.end(), absl::ascii_isdigit);
}

}  // namespace kozmic::runner
