#include "services/project/validate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/docker/image_reference.h"
#include "lib/status/annotate.h"

namespace kozmic::project {
namespace {

constexpr std::ptrdiff_t kLongestTitle = 200;
constexpr size_t kLargestScript = 1 << 20;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)), "field", field);
}

std::ptrdiff_t Characters(absl::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

absl::StatusOr<HookFields> ValidateHook(HookFields fields) {
  absl::StripAsciiWhitespace(&fields.title);
  absl::StripAsciiWhitespace(&fields.image);
  for (const auto& [field, value] :
       {std::pair("title", &fields.title), std::pair("image", &fields.image),
        std::pair("script", &fields.script)}) {
    if (value->empty()) return Fault(field, "This field is required.");
  }
  if (Characters(fields.title) > kLongestTitle) {
    return Fault("title", absl::StrCat("At most ", kLongestTitle, " characters."));
  }
  if (HasControl(fields.title)) return Fault("title", "Must not contain control characters.");

  const auto image = docker::ParseImageReference(fields.image);
  if (!image.ok()) return Fault("image", image.status().message());

  if (fields.script.size() > kLargestScript) return Fault("script", "At most 1 MB.");
  if (absl::StrContains(fields.script, '\0')) return Fault("script", "Must not contain NUL.");
  if (absl::StartsWith(fields.script, kByteOrderMark)) {
    return Fault("script", "Must not start with a byte order mark.");
  }
  // A shell would take the CR for a part of the last word.
  absl::StrReplaceAll({{"\r\n", "\n"}}, &fields.script);
  return fields;
}

}  // namespace kozmic::project
