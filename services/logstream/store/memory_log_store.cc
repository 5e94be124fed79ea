#include "services/logstream/store/memory_log_store.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "services/logstream/errors.h"

namespace kozmic {

LogInfo MemoryLogStore::Info(const std::string& name, const Entry& entry) {
  if (entry.expired) return *entry.expired;
  return {.name = name,
          .size = static_cast<int64_t>(entry.bytes.size()),
          .sealed = entry.sealed,
          .sha256 = entry.sealed ? Sha256Hex(entry.bytes) : ""};
}

bool MemoryLogStore::IsRemoved(const std::string& name) const {
  return removed_.count(name.substr(0, name.find('-') + 1)) > 0;
}

absl::StatusOr<LogInfo> MemoryLogStore::Get(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (IsRemoved(name)) return LogInfo{.name = name, .removed = true};
  const auto found = logs_.find(name);
  if (found == logs_.end()) return UnknownLogError(name);
  return Info(name, found->second);
}

absl::StatusOr<std::vector<LogInfo>> MemoryLogStore::GetMany(
    const std::vector<std::string>& names) {
  absl::MutexLock lock(&mutex_);
  std::vector<LogInfo> infos;
  for (const std::string& name : names) {
    const auto found = logs_.find(name);
    if (IsRemoved(name)) {
      infos.push_back({.name = name, .removed = true});
    } else if (found != logs_.end()) {
      infos.push_back(Info(name, found->second));
    }
  }
  return infos;
}

absl::StatusOr<LogStore::Appended> MemoryLogStore::Add(const std::string& name,
                                                       const LogBatch& batch) {
  absl::MutexLock lock(&mutex_);
  if (IsRemoved(name)) return RemovedError(name);
  const auto found = logs_.find(name);
  const int64_t size = found == logs_.end() ? 0 : static_cast<int64_t>(found->second.bytes.size());
  if (found != logs_.end() && found->second.sealed) {
    return SealedError(Info(name, found->second).size);
  }
  if (batch.offset() != size) return Appended{.done = false, .size = size};
  Entry& log = logs_[name];
  log.bytes += batch.bytes();
  log.times.Add(batch.times());
  return Appended{.done = true, .size = static_cast<int64_t>(log.bytes.size())};
}

absl::StatusOr<std::string> MemoryLogStore::Read(const std::string& name, int64_t offset,
                                                 size_t most) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(name);
  if (found == logs_.end() || offset >= static_cast<int64_t>(found->second.bytes.size())) return "";
  return found->second.bytes.substr(static_cast<size_t>(offset), most);
}

absl::StatusOr<LinePosition> MemoryLogStore::NearLine(const std::string&, int64_t) {
  return LinePosition();
}

absl::StatusOr<LogStore::Times> MemoryLogStore::ReadTimes(const std::string& name, int64_t offset,
                                                          size_t most) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(name);
  if (found == logs_.end()) return Times{.next = offset};
  Times times = {.next = std::max(offset, static_cast<int64_t>(found->second.bytes.size()))};
  const TimeMarks marks = found->second.times.Slice(offset, times.next);
  for (const TimeMark& mark : marks.marks()) {
    if (times.marks.marks().size() == most) {
      times.next = mark.offset;
      break;
    }
    times.marks.Add(mark.offset, mark.unix_ms);
  }
  return times;
}

absl::StatusOr<LogInfo> MemoryLogStore::Seal(const std::string& name, const SealAs& as) {
  absl::MutexLock lock(&mutex_);
  if (IsRemoved(name)) return RemovedError(name);
  const auto found = logs_.find(name);
  if (found != logs_.end() && found->second.expired) {
    const LogInfo& info = *found->second.expired;
    if (as.size && *as.size != info.size) return IncompleteError(info.size, *as.size);
    if (!as.sha256.empty() && as.sha256 != info.sha256) {
      return DifferentError(info.sha256, as.sha256);
    }
    return info;
  }
  const int64_t committed =
      found == logs_.end() ? 0 : static_cast<int64_t>(found->second.bytes.size());
  if (as.size && *as.size != committed) return IncompleteError(committed, *as.size);
  const std::string sha256 = Sha256Hex(found == logs_.end() ? "" : found->second.bytes);
  if (!as.sha256.empty() && as.sha256 != sha256) return DifferentError(sha256, as.sha256);
  Entry& entry = logs_[name];
  entry.sealed = true;
  return Info(name, entry);
}

absl::Status MemoryLogStore::Expire(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(name);
  if (found == logs_.end() || !found->second.sealed || found->second.expired) {
    return absl::OkStatus();
  }
  LogInfo info = Info(name, found->second);
  info.expired = true;
  found->second.expired = info;
  found->second.bytes.clear();
  found->second.times = {};
  return absl::OkStatus();
}

absl::StatusOr<bool> MemoryLogStore::RemoveProject(int64_t project) {
  absl::MutexLock lock(&mutex_);
  const std::string prefix = absl::StrCat("logs/", project, "-");
  removed_.insert(prefix);
  const auto first = logs_.lower_bound(prefix);
  if (first == logs_.end() || !absl::StartsWith(first->first, prefix)) return true;
  logs_.erase(first);
  return false;
}

}  // namespace kozmic
