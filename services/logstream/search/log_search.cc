#include "services/logstream/search/log_search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/status/macros.h"
#include "services/logstream/limits.h"
#include "services/logstream/search/plain_text.h"

namespace kozmic {
namespace {

// Of a line, shown before and after what matches.
constexpr size_t kAround = 120;
constexpr size_t kLongestShown = 400;

// Everything before it was searched: logs with greater ids, and this one's bytes before the offset.
struct Place {
  int64_t log_id = 0;
  int64_t offset = 0;
};

absl::StatusOr<std::optional<Place>> ParseToken(const std::string& token) {
  if (token.empty()) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '-');
  Place place;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &place.log_id) ||
      !absl::SimpleAtoi(parts[1], &place.offset)) {
    return absl::InvalidArgumentError("page_token: not one that was given");
  }
  return place;
}

std::string TokenOf(const Place& place) { return absl::StrCat(place.log_id, "-", place.offset); }

// The match and its surroundings in the line that it is on.
void Show(absl::string_view text, const LineMatcher::Match& match, FoundLine* line) {
  const size_t begin = match.begin - std::min(match.begin, kAround);
  line->before = std::string(text.substr(begin, match.begin - begin));
  line->match =
      std::string(text.substr(match.begin, std::min(match.end - match.begin, kLongestShown)));
  line->after = std::string(text.substr(match.end, kAround));
  // Each state of a line that was drawn over is a line.
  line->before.erase(0, line->before.rfind('\n') + 1);
  line->after.resize(std::min(line->after.size(), line->after.find('\n')));
}

// Looks through one part; false when there was no room for a line, or no time.
class PartReader {
 public:
  PartReader(LogStore& store, const LineMatcher& matcher, LogPart part, int64_t skip_before)
      : store_(store), matcher_(matcher), part_(std::move(part)), skip_before_(skip_before) {}

  // Everything before it was searched.
  int64_t offset() const { return part_.begin; }

  // The next piece of the part. False at its end.
  absl::StatusOr<bool> SearchPiece(size_t most, std::vector<FoundLine>& found) {
    KOZMIC_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) return false;
    size_t done = 0;
    for (const TextLine& line : SplitLines(bytes_)) {
      const bool cut = !line.whole && line.end - line.begin < kLongestLine;
      if (cut && read_ < part_.end) break;
      if (found.size() == most) break;
      SearchLine(line, found);
      done = line.end + (line.whole ? 1 : 0);
      newlines_ += line.whole ? 1 : 0;
    }
    bytes_.erase(0, done);
    part_.begin += static_cast<int64_t>(done);
    return true;
  }

 private:
  // Makes `bytes_` hold the lines from part_.begin on; false at the end.
  absl::StatusOr<bool> Fill() {
    if (part_.begin >= part_.end) return false;
    if (read_ == 0) read_ = part_.begin;
    if (bytes_.size() < kLongestLine && read_ < part_.end) {
      const auto most = std::min(kChunkBytes, static_cast<size_t>(part_.end - read_));
      KOZMIC_ASSIGN_OR_RETURN(const std::string piece, store_.Read(part_.log, read_, most));
      // Removed meanwhile.
      if (piece.empty()) return false;
      bytes_ += piece;
      read_ += static_cast<int64_t>(piece.size());
    }
    return true;
  }

  void SearchLine(const TextLine& line, std::vector<FoundLine>& found) const {
    const int64_t offset = part_.begin + static_cast<int64_t>(line.begin);
    if (offset < skip_before_) return;
    const std::string text =
        PlainText(absl::string_view(bytes_).substr(line.begin, line.end - line.begin));
    const auto match = matcher_.Find(text);
    if (!match) return;
    FoundLine& one = found.emplace_back();
    one.log = part_.log;
    one.line = part_.newlines + newlines_ + 1;
    one.offset = offset;
    Show(text, *match, &one);
  }

  LogStore& store_;
  const LineMatcher& matcher_;
  LogPart part_;
  const int64_t skip_before_;
  // The bytes [part_.begin, read_).
  std::string bytes_;
  int64_t read_ = 0;
  // Line ends between the part's beginning and part_.begin.
  int64_t newlines_ = 0;
};

}  // namespace

absl::StatusOr<LogSearch::Page> LogSearch::Search(const std::string& project,
                                                  const LineMatcher& matcher, size_t most,
                                                  const std::string& token) {
  KOZMIC_ASSIGN_OR_RETURN(const std::optional<Place> begin, ParseToken(token));
  const absl::Time deadline = clock_.Now() + kPageTime;
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<LogPart> parts,
                          index_.FindCandidates(project, matcher));
  Page page;
  for (const LogPart& part : parts) {
    if (begin && part.log_id > begin->log_id) continue;
    const bool is_at = begin && part.log_id == begin->log_id;
    if (is_at && part.end <= begin->offset) continue;
    PartReader reader(store_, matcher, part, is_at ? begin->offset : 0);
    while (true) {
      if (page.lines.size() == most || clock_.Now() >= deadline) {
        page.next_token =
            TokenOf({part.log_id, std::max(reader.offset(), is_at ? begin->offset : 0)});
        return page;
      }
      const absl::StatusOr<bool> more = reader.SearchPiece(most, page.lines);
      if (absl::IsDataLoss(more.status())) {
        const bool told = !page.unreadable.empty() && page.unreadable.back() == part.log;
        if (!told) page.unreadable.push_back(part.log);
        break;
      }
      KOZMIC_RETURN_IF_ERROR(more.status());
      if (!*more) break;
    }
  }
  return page;
}

}  // namespace kozmic
