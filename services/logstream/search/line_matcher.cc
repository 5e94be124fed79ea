#include "services/logstream/search/line_matcher.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kozmic {
namespace {

// Of one compiled expression; a larger one is refused.
constexpr int64_t kMostMemory = 8 << 20;
// Shorter ones have no run of three bytes.
constexpr int kShortestPart = 3;

RE2::Options OptionsOf(const LineQuery& query) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  options.set_case_sensitive(query.match_case);
  // Logs are bytes: what is no UTF-8 must not keep the rest of a line from being found.
  options.set_encoding(RE2::Options::EncodingUTF8);
  return options;
}

}  // namespace

absl::StatusOr<LineMatcher> LineMatcher::Create(const LineQuery& query) {
  if (query.pattern.empty()) return absl::InvalidArgumentError("There is nothing to search for.");
  if (query.pattern.size() > kLongestPattern) {
    return absl::InvalidArgumentError(
        absl::StrCat("The pattern is longer than ", kLongestPattern, " bytes."));
  }
  const std::string expression =
      absl::StrCat("(?m:", query.regex ? query.pattern : RE2::QuoteMeta(query.pattern), ")");
  const RE2::Options options = OptionsOf(query);
  LineMatcher matcher;
  // By itself first: an error in it is not to be explained by what is put around it.
  if (query.regex) {
    const RE2 alone(query.pattern, options);
    if (!alone.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("This is not a regular expression: ", alone.error(), "."));
    }
  }
  matcher.expression_ = std::make_unique<RE2>(expression, options);
  matcher.filter_ = std::make_unique<re2::FilteredRE2>(kShortestPart);
  int id = 0;
  if (!matcher.expression_->ok() ||
      matcher.filter_->Add(expression, options, &id) != RE2::NoError) {
    return absl::InvalidArgumentError("This regular expression is too large.");
  }
  matcher.filter_->Compile(&matcher.parts_);
  return matcher;
}

std::optional<LineMatcher::Match> LineMatcher::Find(absl::string_view text) const {
  re2::StringPiece found;
  const re2::StringPiece whole(text.data(), text.size());
  if (!expression_->Match(whole, 0, text.size(), RE2::UNANCHORED, &found, 1)) return std::nullopt;
  const auto begin = static_cast<size_t>(found.data() - text.data());
  return Match{begin, begin + found.size()};
}

bool LineMatcher::MayMatch(const std::vector<int>& parts) const {
  std::vector<int> potentials;
  filter_->AllPotentials(parts, &potentials);
  return !potentials.empty();
}

}  // namespace kozmic
