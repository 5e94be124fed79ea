#include "services/runner/testing/fake_installs.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace kozmic::runner {
namespace {

int64_t BuildOf(const std::string& attempt) {
  const std::vector<std::string> parts = absl::StrSplit(attempt, '/');
  int64_t build = 0;
  return parts.size() > 3 && absl::SimpleAtoi(parts[3], &build) ? build : 0;
}

}  // namespace

v1::ClaimInstallResponse FakeInstalls::Claim(const v1::ClaimInstallRequest& request,
                                             const std::string& runner, bool fork) {
  absl::MutexLock lock(&mutex_);
  v1::ClaimInstallResponse response;
  Install& install = installs_[request.cache_id()];
  if (!install.image.digest().empty() && install.image.digest() == request.missing_digest()) {
    if (fork) return response;
    install.image.Clear();
  }
  if (!install.image.digest().empty()) {
    *response.mutable_image() = install.image;
    return response;
  }
  if (fork) return response;
  const bool mine =
      install.held && install.runner == runner && install.attempt == request.attempt();
  if (install.held && !install.expired && !mine) {
    if (request.waited_for() != 0 && request.waited_for() <= install.failed_claim) return response;
    response.mutable_holder()->set_claim(install.claim);
    response.mutable_holder()->set_build(BuildOf(install.attempt));
    response.mutable_holder()->set_runner(install.runner);
    response.set_look_again_seconds(60);
    return response;
  }
  if (!mine) install.claim = ++claims_;
  install.held = true;
  install.expired = false;
  install.renewed = false;
  install.runner = runner;
  install.attempt = request.attempt();
  response.set_claim(install.claim);
  for (const auto& [id, other] : installs_) {
    if (!other.image.digest().empty()) *response.add_known() = other.image;
  }
  return response;
}

v1::RenewInstallsResponse FakeInstalls::Renew(const v1::RenewInstallsRequest& request,
                                              const std::string& runner) {
  absl::MutexLock lock(&mutex_);
  v1::RenewInstallsResponse response;
  for (const int64_t claim : request.claims()) {
    const auto found = std::find_if(installs_.begin(), installs_.end(), [&](const auto& install) {
      return install.second.held && install.second.claim == claim &&
             install.second.runner == runner;
    });
    if (found == installs_.end()) {
      response.add_lost(claim);
    } else {
      found->second.expired = false;
      found->second.renewed = true;
    }
  }
  return response;
}

bool FakeInstalls::Finish(const v1::FinishInstallRequest& request, const std::string& runner) {
  absl::MutexLock lock(&mutex_);
  for (auto& [id, install] : installs_) {
    if (!install.held || install.claim != request.claim() || install.runner != runner) continue;
    install.held = false;
    if (request.has_image()) {
      install.image = request.image();
      install.image.set_build(BuildOf(install.attempt));
      install.image.set_runner(runner);
    } else {
      ++failures_;
      if (request.failed()) install.failed_claim = install.claim;
    }
    return true;
  }
  return false;
}

v1::TidyInstallsResponse FakeInstalls::Tidy(const v1::TidyInstallsRequest& request) {
  absl::MutexLock lock(&mutex_);
  v1::TidyInstallsResponse response;
  for (const std::string& project : request.projects()) {
    if (deleted_.contains(project)) response.add_deleted_projects(project);
  }
  for (const v1::InstallRemoval& removed : request.removed()) {
    std::erase_if(removals_, [&](const v1::InstallRemoval& removal) {
      return removal.digest() == removed.digest() && removal.project() == removed.project();
    });
  }
  if (!request.registry().empty()) {
    for (const v1::InstallRemoval& removal : removals_) *response.add_removals() = removal;
  }
  return response;
}

std::vector<v1::InstallImage> FakeInstalls::Images() const {
  absl::MutexLock lock(&mutex_);
  std::vector<v1::InstallImage> images;
  for (const auto& [id, install] : installs_) {
    if (!install.image.digest().empty()) images.push_back(install.image);
  }
  return images;
}

bool FakeInstalls::WaitForImages(size_t count, absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<size_t>(
               std::count_if(installs_.begin(), installs_.end(), [](const auto& install) {
                 return !install.second.image.digest().empty();
               })) >= count;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

bool FakeInstalls::WaitForClaims(int64_t count, absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return claims_ >= count; };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

bool FakeInstalls::WaitForFailures(int count, absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return failures_ >= count; };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

int64_t FakeInstalls::claims() const {
  absl::MutexLock lock(&mutex_);
  return claims_;
}

bool FakeInstalls::WaitForRenewal(absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto renewed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::any_of(installs_.begin(), installs_.end(), [&](const auto& install) {
      return install.second.claim == claims_ && install.second.renewed;
    });
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&renewed), patience);
}

void FakeInstalls::Expire() {
  absl::MutexLock lock(&mutex_);
  for (auto& [id, install] : installs_) {
    install.expired = install.held;
    install.renewed = false;
  }
}

void FakeInstalls::SetDigests(const std::string& digest) {
  absl::MutexLock lock(&mutex_);
  for (auto& [id, install] : installs_) {
    if (!install.image.digest().empty()) install.image.set_digest(digest);
  }
}

void FakeInstalls::DeleteProject(const std::string& project) {
  absl::MutexLock lock(&mutex_);
  deleted_.insert(project);
}

void FakeInstalls::AddRemoval(const v1::InstallRemoval& removal) {
  absl::MutexLock lock(&mutex_);
  removals_.push_back(removal);
}

bool FakeInstalls::WaitForNoRemovals(absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto none = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return removals_.empty(); };
  return mutex_.AwaitWithTimeout(absl::Condition(&none), patience);
}

}  // namespace kozmic::runner
