#include "lib/github/pages.h"

#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/link_header.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

absl::Status TooManyPages(int most_pages) {
  return absl::FailedPreconditionError(absl::StrCat("GitHub's list is longer than the ", most_pages,
                                                    " pages (", most_pages * kPageSize,
                                                    " entries) that are read at most"));
}

}  // namespace

absl::Status ReadPages(Session& session, std::string target, int most_pages,
                       const std::function<absl::Status(const Page&)>& read,
                       std::optional<HttpAnswer> first) {
  std::set<std::string> seen;
  for (int number = 1; number <= most_pages; ++number) {
    if (!seen.insert(target).second) return UnexpectedAnswer();
    if (!first.has_value()) {
      KOZMIC_ASSIGN_OR_RETURN(first, session.Get(target));
    }
    const HttpAnswer answer = *std::exchange(first, std::nullopt);
    KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json items, AnswerJson(answer, session.Now()));
    const auto links = ParseLinkHeader(answer.Header("link"));
    if (!items.is_array() || !links.has_value()) return UnexpectedAnswer();
    const auto next = links->find("next");
    const auto last = links->find("last");
    int total = 0;
    if (next == links->end()) {
      total = number;
    } else if (last != links->end()) {
      total = PageOfUrl(last->second);
    }
    if (total > most_pages) return TooManyPages(most_pages);
    KOZMIC_RETURN_IF_ERROR(
        read({.items = items, .answer = answer, .number = number, .total = total}));
    if (next == links->end()) return absl::OkStatus();
    const auto next_target = session.http().TargetOf(next->second);
    if (!next_target.has_value()) return UnexpectedAnswer();
    target = *next_target;
  }
  return TooManyPages(most_pages);
}

}  // namespace kozmic::github
