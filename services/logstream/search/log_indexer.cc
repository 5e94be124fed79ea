#include "services/logstream/search/log_indexer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"
#include "services/logstream/search/plain_text.h"
#include "services/logstream/search/trigram_filter.h"

namespace kozmic {
namespace {

using Addition = SearchIndex::Addition;

// The block that is being filled.
struct Block {
  int64_t size = 0;
  TrigramFilter filter;
  std::vector<Addition> additions;

  int64_t room() const { return SearchIndex::kBlockBytes - size; }

  // Takes lines at the front of `unindexed`, whose bytes from there on are `bytes`, until the block
  // is full; the last one only when it is `whole`. Returns how many bytes those are.
  size_t Take(const SearchIndex::Unindexed& unindexed, absl::string_view bytes, bool whole) {
    Addition addition = {.part = unindexed.part};
    int64_t newlines = 0;
    size_t taken = 0;
    for (const TextLine& line : SplitLines(bytes)) {
      const bool cut = !line.whole && line.end - line.begin < kLongestLine;
      // It goes on, in what was not read or is not written yet.
      if (cut && !whole) break;
      if (static_cast<int64_t>(taken) >= room()) break;
      filter.Add(PlainText(bytes.substr(line.begin, line.end - line.begin)));
      newlines += line.whole ? 1 : 0;
      taken = line.end + (line.whole ? 1 : 0);
    }
    if (taken == 0) return 0;
    addition.part.end = addition.part.begin + static_cast<int64_t>(taken);
    addition.newlines_after = addition.part.newlines + newlines;
    addition.whole = unindexed.sealed && addition.part.end == unindexed.part.end;
    size += static_cast<int64_t>(taken);
    additions.push_back(std::move(addition));
    return taken;
  }
};

absl::StatusOr<std::string> ReadPart(LogStore& store, const LogPart& part, int64_t most) {
  std::string bytes;
  const auto wanted = static_cast<size_t>(std::min(most, part.end - part.begin));
  while (bytes.size() < wanted) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string piece,
                            store.Read(part.log, part.begin + static_cast<int64_t>(bytes.size()),
                                       wanted - bytes.size()));
    if (piece.empty()) return absl::NotFoundError("the log is removed");
    bytes += piece;
  }
  return bytes;
}

}  // namespace

LogIndexer::LogIndexer(LogStore& store, SearchIndex& index)
    : store_(store), index_(index), worker_([this] { return Step(); }) {}

LogIndexer::~LogIndexer() {
  stopping_ = true;
  worker_.Stop();
}

absl::Duration LogIndexer::Step() {
  absl::Status status;
  const auto projects = index_.ProjectsToIndex();
  status.Update(projects.status());
  if (projects.ok()) {
    for (const std::string& project : *projects)
      status.Update(Index(store_, index_, project, stopping_));
  }
  if (!status.ok() && !failing_) {
    Log(Severity::kWarning, "cannot index logs for search", {{"error", status}});
  }
  failing_ = !status.ok();
  return kInterval;
}

absl::Status LogIndexer::Index(LogStore& store, SearchIndex& index, const std::string& project,
                               const std::atomic<bool>& stopping) {
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<SearchIndex::Unindexed> unindexed,
                          index.FindUnindexed(project));
  Block block;
  absl::Status damage;
  for (SearchIndex::Unindexed at : unindexed) {
    while (at.part.begin < at.part.end && !stopping) {
      // A line's end beyond the room is read with it.
      const int64_t most = block.room() + static_cast<int64_t>(kLongestLine);
      const auto bytes = ReadPart(store, at.part, most);
      if (absl::IsNotFound(bytes.status())) break;
      if (absl::IsDataLoss(bytes.status())) {
        damage.Update(bytes.status());
        break;
      }
      KOZMIC_RETURN_IF_ERROR(bytes.status());
      const bool is_end = static_cast<int64_t>(bytes->size()) == at.part.end - at.part.begin;
      const size_t taken = block.Take(at, *bytes, at.sealed && is_end);
      if (taken == 0) break;
      at.part.newlines = block.additions.back().newlines_after;
      at.part.begin += static_cast<int64_t>(taken);
      if (block.room() > 0) continue;
      KOZMIC_ASSIGN_OR_RETURN(const bool added,
                              index.AddBlock(project, block.additions, block.filter.bytes()));
      // Another process is at it.
      if (!added) return absl::OkStatus();
      block = {};
    }
  }
  while (!stopping) {
    KOZMIC_ASSIGN_OR_RETURN(const bool grouped, index.Group(project));
    if (!grouped) break;
  }
  return damage;
}

}  // namespace kozmic
