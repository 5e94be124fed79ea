#include "services/runner/install/install_tidier.h"

#include <set>
#include <string>

#include "lib/base/log.h"

namespace kozmic::runner {
namespace {

// As many as the build service takes.
constexpr int kMostProjects = 1000;
// Rounds in the registry; the rest waits for the next time.
constexpr int kMostRounds = 10;

}  // namespace

InstallTidier::InstallTidier(InstallCache& cache, BuildLink& link, const CacheRegistry* registry,
                             absl::Duration longest_unused, absl::Duration interval)
    : cache_(cache),
      link_(link),
      registry_(registry),
      longest_unused_(longest_unused),
      interval_(interval),
      worker_([this] { return Tidy(); }) {}

v1::TidyInstallsResponse InstallTidier::Ask(const v1::TidyInstallsRequest& request) {
  const auto response = link_.TidyInstalls(request);
  if (response.ok()) return *response;
  Log(Severity::kInfo, "what is left of install scripts is looked at later",
      {{"error", response.status()}});
  return {};
}

absl::Duration InstallTidier::Tidy() {
  cache_.RemoveUnused(longest_unused_);
  v1::TidyInstallsRequest request;
  if (registry_ != nullptr) request.set_registry(registry_->name());
  for (const std::string& project : cache_.Projects()) {
    if (request.projects_size() < kMostProjects) request.add_projects(project);
  }
  for (int round = 0; round < kMostRounds; ++round) {
    const v1::TidyInstallsResponse response = Ask(request);
    if (response.deleted_projects_size() > 0) {
      cache_.RemoveProjects(
          {response.deleted_projects().begin(), response.deleted_projects().end()});
    }
    request.clear_projects();
    request.clear_removed();
    if (registry_ == nullptr) break;
    for (const v1::InstallRemoval& removal : response.removals()) {
      const absl::Status removed = registry_->Remove(removal.project(), removal.digest());
      if (absl::IsUnavailable(removed)) continue;
      if (!removed.ok()) {
        Log(Severity::kWarning, "an install script's image stays in the registry",
            {{"project", removal.project()}, {"digest", removal.digest()}, {"error", removed}});
      }
      *request.add_removed() = removal;
    }
    if (request.removed_size() == 0) break;
  }
  return interval_;
}

}  // namespace kozmic::runner
