#ifndef KOZMIC_SERVICES_RUNNER_TESTING_FAKE_INSTALLS_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_FAKE_INSTALLS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::runner {

// What the build service keeps of install scripts, in memory, by the protocol's rules. Claims run
// out when a test says so. Thread-safe.
class FakeInstalls {
 public:
  v1::ClaimInstallResponse Claim(const v1::ClaimInstallRequest& request, const std::string& runner,
                                 bool fork);
  v1::RenewInstallsResponse Renew(const v1::RenewInstallsRequest& request,
                                  const std::string& runner);
  // False: the claim is stale.
  bool Finish(const v1::FinishInstallRequest& request, const std::string& runner);
  v1::TidyInstallsResponse Tidy(const v1::TidyInstallsRequest& request);

  // The images that are kept.
  std::vector<v1::InstallImage> Images() const;
  // Until so many are kept.
  bool WaitForImages(size_t count, absl::Duration patience) const;
  // Until so many claims were given since the beginning.
  bool WaitForClaims(int64_t count, absl::Duration patience) const;
  // Until so many claims ended without an image.
  bool WaitForFailures(int count, absl::Duration patience) const;
  int64_t claims() const;
  // Whether the newest claim was renewed, since a call of Expire.
  bool WaitForRenewal(absl::Duration patience) const;
  // All claims run out.
  void Expire();
  // Names another digest for every image, as somebody who could write to the registry but not here
  // would have to.
  void SetDigests(const std::string& digest);
  void DeleteProject(const std::string& project);
  // What is to be removed from registries.
  void AddRemoval(const v1::InstallRemoval& removal);
  bool WaitForNoRemovals(absl::Duration patience) const;

 private:
  struct Install {
    std::string project;
    int64_t claim = 0;
    bool held = false;
    bool expired = false;
    bool renewed = false;
    std::string runner;
    std::string attempt;
    int64_t failed_claim = 0;
    v1::InstallImage image;
  };

  mutable absl::Mutex mutex_;
  int64_t claims_ ABSL_GUARDED_BY(mutex_) = 0;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  // By cache id.
  std::map<std::string, Install> installs_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> deleted_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::InstallRemoval> removals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_FAKE_INSTALLS_H_
