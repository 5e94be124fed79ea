#ifndef KOZMIC_GATEWAY_TESTING_FAKE_HISTORY_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_HISTORY_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/history/v1/history.pb.h"

namespace kozmic::gateway {

// One service's histories, as the test says. Thread-safe.
class FakeHistory {
 public:
  // The newest by now. Its name's number must be higher than those before.
  void Put(const history::v1::SettingsChange& change) {
    absl::MutexLock lock(&mutex_);
    changes_.insert(changes_.begin(), change);
  }

  void List(const history::v1::ListSettingsChangesRequest& request,
            history::v1::ListSettingsChangesResponse* response) const {
    absl::MutexLock lock(&mutex_);
    for (const auto& one : changes_) {
      const bool asked = request.before() == 0 || Number(one) < request.before();
      if (!asked || !absl::StartsWith(one.name(), absl::StrCat(request.parent(), "/"))) continue;
      if (response->changes_size() < request.page_size()) *response->add_changes() = one;
    }
  }

  absl::Status Get(const history::v1::GetSettingsChangeRequest& request,
                   history::v1::SettingsChange* response) const {
    absl::MutexLock lock(&mutex_);
    for (const auto& one : changes_) {
      if (one.name() != request.name()) continue;
      *response = one;
      return absl::OkStatus();
    }
    return absl::NotFoundError("no such change");
  }

 private:
  static int64_t Number(const history::v1::SettingsChange& change) {
    return std::stoll(change.name().substr(change.name().rfind('/') + 1));
  }

  mutable absl::Mutex mutex_;
  std::vector<history::v1::SettingsChange> changes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_HISTORY_H_
