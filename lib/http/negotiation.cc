#include "lib/http/negotiation.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kozmic::http {
namespace {

bool HasWeight(const std::vector<absl::string_view>& parts) {
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::string_view parameter = absl::StripAsciiWhitespace(parts[i]);
    double weight = 0;
    if (absl::ConsumePrefix(&parameter, "q=") || absl::ConsumePrefix(&parameter, "Q=")) {
      return absl::SimpleAtod(parameter, &weight) && weight > 0;
    }
  }
  return true;
}

}  // namespace

bool AcceptsCoding(absl::string_view accept_encoding, absl::string_view coding) {
  bool any = false;
  for (absl::string_view item : absl::StrSplit(accept_encoding, ',')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(item, ';');
    const absl::string_view name = absl::StripAsciiWhitespace(parts[0]);
    if (absl::EqualsIgnoreCase(name, coding)) return HasWeight(parts);
    if (name == "*") any = HasWeight(parts);
  }
  return any;
}

bool MatchesEtag(absl::string_view if_none_match, absl::string_view etag) {
  if (absl::StripAsciiWhitespace(if_none_match) == "*") return true;
  for (absl::string_view item : absl::StrSplit(if_none_match, ',')) {
    item = absl::StripAsciiWhitespace(item);
    absl::ConsumePrefix(&item, "W/");
    if (item == etag) return true;
  }
  return false;
}

}  // namespace kozmic::http
