#include "services/runner/containers/unlinked_files.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kBlock = 512;
// A script may have any number of mappings; looks beyond so many are not worth their time.
constexpr int kMostLooks = 200'000;

// "" when there is no such process.
std::string NamespaceOf(const std::string& process) {
  std::error_code error;
  return fs::read_symlink("/proc/" + process + "/ns/pid", error).string();
}

bool IsInMemory(const std::string& path) {
  struct statfs info;
  return statfs(path.c_str(), &info) != 0 || info.f_type == TMPFS_MAGIC ||
         info.f_type == HUGETLBFS_MAGIC;
}

class Measurement {
 public:
  // What a folder of links to files leads to.
  void Look(const std::string& folder) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (++looks_ > kMostLooks) return;
      const std::string& path = at->path().native();
      struct stat info;
      if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink > 0) continue;
      if (!seen_.insert({info.st_dev, info.st_ino}).second || IsInMemory(path)) continue;
      bytes_ += info.st_blocks * kBlock;
    }
  }

  int64_t bytes() const { return bytes_; }

 private:
  std::set<std::pair<dev_t, ino_t>> seen_;
  int looks_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace

int64_t MeasureUnlinkedFiles(pid_t pid) {
  if (pid <= 0) return 0;
  const std::string container = NamespaceOf(absl::StrCat(pid));
  if (container.empty() || container == NamespaceOf("self")) return 0;
  Measurement measurement;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string process = at->path().filename();
    pid_t number = 0;
    if (!absl::SimpleAtoi(process, &number) || NamespaceOf(process) != container) continue;
    for (const char* links : {"/fd", "/map_files"}) measurement.Look("/proc/" + process + links);
  }
  return measurement.bytes();
}

}  // namespace kozmic::runner
