#include "services/runner/containers/disk_use.h"

#include <unistd.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "lib/process/child_process.h"
#include "lib/status/macros.h"
#include "services/runner/containers/unlinked_files.h"

namespace kozmic::runner {
namespace {

// Of millions of files.
constexpr absl::Duration kMeasure = absl::Minutes(5);
// Says nothing of files that vanish meanwhile: their names are the script's to choose.
constexpr char kDiskUsage[] = "exec nice du -s -x -B1 -- \"$@\" 2>/dev/null";

absl::StatusOr<int64_t> MeasureFolders(const std::vector<std::string>& folders,
                                       std::stop_token stop) {
  if (folders.empty()) return 0;
  std::vector<std::string> argv = {"/bin/sh", "-c", kDiskUsage, "du"};
  argv.insert(argv.end(), folders.begin(), folders.end());
  KOZMIC_ASSIGN_OR_RETURN(
      const ChildResult result,
      RunChild(argv, {"PATH=/usr/bin:/bin", "LC_ALL=C"}, kMeasure, std::move(stop)));
  int64_t sum = 0;
  for (const absl::string_view line : absl::StrSplit(result.output, '\n', absl::SkipEmpty())) {
    int64_t bytes = 0;
    if (!absl::SimpleAtoi(line.substr(0, line.find('\t')), &bytes)) {
      return absl::InternalError("du does not say how large a job's folder is");
    }
    sum += bytes;
  }
  return sum;
}

}  // namespace

absl::StatusOr<int64_t> MeasureDisk(const docker::DockerClient& docker,
                                    const std::vector<std::string>& containers,
                                    std::vector<std::string> folders, std::stop_token stop) {
  int64_t sum = 0;
  for (const std::string& container : containers) {
    const auto use = docker.MeasureContainer(container, stop);
    if (absl::IsNotFound(use.status())) continue;
    if (!use.ok()) return use.status();
    sum += use->written_bytes + MeasureUnlinkedFiles(static_cast<pid_t>(use->pid));
    folders.insert(folders.end(), use->volume_folders.begin(), use->volume_folders.end());
  }
  std::erase_if(folders,
                [](const std::string& folder) { return access(folder.c_str(), X_OK) != 0; });
  KOZMIC_ASSIGN_OR_RETURN(const int64_t files, MeasureFolders(folders, std::move(stop)));
  return sum + files;
}

}  // namespace kozmic::runner
