#include "lib/github/link_header.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kozmic::github {
namespace {

// The relations that the parameters of a link (`; rel="next"; title=…`) name; leaves in `rest` what
// follows the link: nothing, or another after a comma.
std::optional<std::string> ConsumeRelation(absl::string_view& rest) {
  std::string relation;
  while (true) {
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (!absl::ConsumePrefix(&rest, ";")) return relation;
    const size_t equals = rest.find('=');
    if (equals == absl::string_view::npos) return std::nullopt;
    const absl::string_view name = absl::StripAsciiWhitespace(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    const bool quoted = absl::ConsumePrefix(&rest, "\"");
    const size_t end = quoted ? rest.find('"') : rest.find_first_of(";, \t");
    if (quoted && end == absl::string_view::npos) return std::nullopt;
    if (name == "rel") relation = std::string(rest.substr(0, end));
    rest.remove_prefix(end == absl::string_view::npos ? rest.size() : end + (quoted ? 1 : 0));
  }
}

}  // namespace

std::optional<std::map<std::string, std::string>> ParseLinkHeader(absl::string_view header) {
  std::map<std::string, std::string> links;
  absl::string_view rest = absl::StripAsciiWhitespace(header);
  while (!rest.empty()) {
    const size_t end = rest.find('>');
    if (rest.front() != '<' || end == absl::string_view::npos) return std::nullopt;
    const std::string url(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    const auto relation = ConsumeRelation(rest);
    if (!relation.has_value()) return std::nullopt;
    for (const absl::string_view name : absl::StrSplit(*relation, ' ', absl::SkipEmpty())) {
      // The same relation twice would leave open where to go.
      if (!links.emplace(name, url).second) return std::nullopt;
    }
    if (rest.empty()) break;
    if (!absl::ConsumePrefix(&rest, ",")) return std::nullopt;
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (rest.empty()) return std::nullopt;
  }
  return links;
}

int PageOfUrl(absl::string_view url) {
  const size_t query = url.find('?');
  if (query == absl::string_view::npos) return 0;
  for (absl::string_view parameter : absl::StrSplit(url.substr(query + 1), '&')) {
    int page = 0;
    if (absl::ConsumePrefix(&parameter, "page=") && absl::SimpleAtoi(parameter, &page)) {
      return page > 0 ? page : 0;
    }
  }
  return 0;
}

}  // namespace kozmic::github
