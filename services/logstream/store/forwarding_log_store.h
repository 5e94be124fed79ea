#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_FORWARDING_LOG_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_FORWARDING_LOG_STORE_H_

#include <string>
#include <vector>

#include "services/logstream/store/log_store.h"

namespace kozmic {

// Does what another store does, for tests that change some of it.
class ForwardingLogStore : public LogStore {
 public:
  // Not owned.
  explicit ForwardingLogStore(LogStore& store) : store_(store) {}

  absl::StatusOr<LogInfo> Get(const std::string& name) override { return store_.Get(name); }
  absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) override {
    return store_.GetMany(names);
  }
  absl::StatusOr<Appended> Add(const std::string& name, const LogBatch& batch) override {
    return store_.Add(name, batch);
  }
  void Remember(const std::string& name, const LogBatch& batch) override {
    store_.Remember(name, batch);
  }
  absl::StatusOr<std::string> Read(const std::string& name, int64_t offset, size_t most) override {
    return store_.Read(name, offset, most);
  }
  absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) override {
    return store_.NearLine(name, newlines);
  }
  absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) override {
    return store_.ReadTimes(name, offset, most);
  }
  absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) override {
    return store_.Seal(name, as);
  }
  absl::Status Expire(const std::string& name) override { return store_.Expire(name); }
  absl::StatusOr<bool> RemoveProject(int64_t project) override {
    return store_.RemoveProject(project);
  }

 private:
  LogStore& store_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_FORWARDING_LOG_STORE_H_
