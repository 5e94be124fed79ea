#include "lib/github/conditional_list.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/github/answer.h"
#include "lib/github/link_header.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

constexpr int kNotModified = 304;

bool LeadsOn(const HttpAnswer& answer) {
  const auto links = ParseLinkHeader(answer.Header("link"));
  return !links.has_value() || links->count("next") > 0;
}

// Whether `answer` shows that a page is what it was. A page that has no tag was not there.
bool IsUnchanged(const HttpAnswer& answer, const std::string& etag) {
  if (!etag.empty()) return answer.status == kNotModified;
  const auto items = ParseJson(answer.body);
  return answer.status == 200 && items.ok() && items->is_array() && items->empty();
}

struct Comparison {
  bool unchanged = false;
  // The first page's answer when it has changed: the list's reading begins with it.
  std::optional<HttpAnswer> first;
};

absl::StatusOr<Comparison> Compare(Session& session, const std::string& target,
                                   const std::vector<std::string>& etags,
                                   const std::function<void(int)>& compared) {
  for (size_t i = 0; i < etags.size(); ++i) {
    KOZMIC_ASSIGN_OR_RETURN(
        HttpAnswer answer,
        session.Get(i == 0 ? target : absl::StrCat(target, "&page=", i + 1), etags[i]));
    if (!IsUnchanged(answer, etags[i])) {
      Comparison changed;
      if (i == 0) changed.first = std::move(answer);
      return changed;
    }
    // A page may follow that was not there, while the last one is the same.
    if (i + 1 == etags.size() && LeadsOn(answer)) return Comparison{};
    compared(static_cast<int>(i) + 1);
  }
  return Comparison{.unchanged = !etags.empty(), .first = std::nullopt};
}

}  // namespace

absl::StatusOr<ListTags> ReadListIfChanged(Session& session, const std::string& target,
                                           int most_pages, const std::vector<std::string>& etags,
                                           const std::function<absl::Status(const Page&)>& read,
                                           const std::function<void(int)>& compared) {
  KOZMIC_ASSIGN_OR_RETURN(Comparison comparison, Compare(session, target, etags, compared));
  if (comparison.unchanged) return ListTags{.etags = etags, .not_modified = true};
  ListTags result;
  bool full = false;
  KOZMIC_RETURN_IF_ERROR(ReadPages(
      session, target, most_pages,
      [&](const Page& page) {
        result.etags.push_back(page.answer.Header("etag"));
        full = page.items.size() >= kPageSize;
        return read(page);
      },
      std::move(comparison.first)));
  if (full) result.etags.emplace_back();
  return result;
}

}  // namespace kozmic::github
