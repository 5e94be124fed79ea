#ifndef KOZMIC_LIB_GITHUB_PAGES_H_
#define KOZMIC_LIB_GITHUB_PAGES_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/github/requester.h"
#include "nlohmann/json.hpp"

namespace kozmic::github {

// What a listing asks for; GitHub gives no more.
inline constexpr int kPageSize = 100;

// One page of a list that GitHub gives in pages.
struct Page {
  // An array.
  const nlohmann::json& items;
  const HttpAnswer& answer;
  // From 1.
  int number = 0;
  // How many pages there are; 0 while GitHub does not say.
  int total = 0;
};

// Reads a list from `target` on, page by page as the answers' Link headers say, and calls `read`
// with each, until one fails. `first`, if given, is the first page's answer.
//   UNAVAILABLE: also when a page is no array, or its Link leads elsewhere or to a page that was
//   read. FAILED_PRECONDITION: the list has more than `most_pages` pages.
absl::Status ReadPages(Session& session, std::string target, int most_pages,
                       const std::function<absl::Status(const Page&)>& read,
                       std::optional<HttpAnswer> first = std::nullopt);

// Takes the items of pages, each by its `id` once: items move to the next page when something comes
// into the list while it is read.
template <typename Item>
class ItemCollector {
 public:
  using Reader = absl::StatusOr<Item> (*)(const nlohmann::json&);

  ItemCollector(Reader read, int64_t Item::*id) : read_(read), id_(id) {}

  // Fails when any item is not as documented.
  absl::Status Add(const nlohmann::json& items) {
    for (const nlohmann::json& json : items) {
      absl::StatusOr<Item> item = read_(json);
      if (!item.ok()) return item.status();
      if (seen_.insert((*item).*id_).second) items_.push_back(*std::move(item));
    }
    return absl::OkStatus();
  }

  int size() const { return static_cast<int>(items_.size()); }
  std::vector<Item> Take() { return std::move(items_); }

 private:
  const Reader read_;
  int64_t Item::*const id_;
  std::set<int64_t> seen_;
  std::vector<Item> items_;
};

// All items of a list. Errors as ReadPages.
template <typename Item>
absl::StatusOr<std::vector<Item>> ReadList(Session& session, const std::string& target,
                                           int most_pages,
                                           typename ItemCollector<Item>::Reader read,
                                           int64_t Item::*id) {
  ItemCollector<Item> items(read, id);
  const absl::Status status = ReadPages(session, target, most_pages,
                                        [&](const Page& page) { return items.Add(page.items); });
  if (!status.ok()) return status;
  return items.Take();
}

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_PAGES_H_
