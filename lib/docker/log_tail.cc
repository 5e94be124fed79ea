#include "lib/docker/log_tail.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kozmic::docker {

void LogTail::Feed(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (missing_ == 0) {
      const size_t taken = std::min(kHeader - header_.size(), bytes.size());
      absl::StrAppend(&header_, bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (header_.size() < kHeader) return;
      for (size_t i = kHeader / 2; i < kHeader; ++i) {
        missing_ = missing_ << 8 | static_cast<unsigned char>(header_[i]);
      }
      header_.clear();
      continue;
    }
    const size_t taken = std::min(missing_, bytes.size());
    absl::StrAppend(&text_, bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    missing_ -= taken;
    if (text_.size() > most_) {
      text_.erase(0, text_.size() - most_);
      cut_ = true;
    }
  }
}

std::string LogTail::Text() const {
  const size_t newline = text_.find('\n');
  const bool ends_there = newline == std::string::npos || newline + 1 == text_.size();
  return cut_ && !ends_there ? text_.substr(newline + 1) : text_;
}

}  // namespace kozmic::docker
