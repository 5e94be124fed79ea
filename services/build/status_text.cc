#include "services/build/status_text.h"

#include "absl/strings/str_cat.h"

namespace kozmic::build {
namespace {

constexpr size_t kLongest = 140;
constexpr absl::string_view kEllipsis = "…";

// At most `most` bytes, never cutting a UTF-8 sequence.
std::string Shorten(absl::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t end = most - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

std::string Because(const std::string& what, absl::string_view job) {
  const std::string before = absl::StrCat(what, " because of the \"");
  const std::string after = "\" job";
  return absl::StrCat(before, Shorten(job, kLongest - before.size() - after.size()), after);
}

}  // namespace

std::string StatusDescription(int64_t build_number, v1::State state, absl::string_view job) {
  const std::string build = absl::StrCat("Kozmic build #", build_number);
  switch (state) {
    case v1::STATE_SUCCESS:
      return absl::StrCat(build, " has passed");
    case v1::STATE_FAILURE:
      return Because(absl::StrCat(build, " has failed"), job);
    case v1::STATE_ERROR:
      return Because(absl::StrCat(build, " could not be completed"), job);
    case v1::STATE_CANCELLED:
      return absl::StrCat(build, " was cancelled");
    default:
      return absl::StrCat(build, " is pending");
  }
}

std::string BuildPage(absl::string_view public_url, int64_t project, int64_t build_number) {
  return absl::StrCat(public_url, "/projects/", project, "/builds/", build_number, "/");
}

}  // namespace kozmic::build
