#include "services/runner/machine_watch.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"

namespace kozmic::runner {

MachineWatch::MachineWatch(const docker::DockerClient& docker, Options options,
                           std::function<void(const absl::Status&)> changed)
    : docker_(docker),
      options_(std::move(options)),
      changed_(std::move(changed)),
      worker_([this] { return Step(); }) {}

absl::Status MachineWatch::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

absl::Duration MachineWatch::Step() {
  const absl::Status now = Look();
  bool has_changed = false;
  {
    absl::MutexLock lock(&mutex_);
    has_changed = now.ok() != status_.ok();
    status_ = now;
  }
  if (has_changed) {
    if (now.ok()) {
      Log(Severity::kInfo, "this machine is fit for jobs again");
    } else {
      Log(Severity::kError, "no jobs are taken for now", {{"error", now}});
    }
    changed_(now);
  }
  return options_.interval;
}

absl::Status MachineWatch::Look() const {
  if (const absl::Status answered = docker_.Ping(options_.ping_timeout); !answered.ok()) {
    return absl::UnavailableError(
        absl::StrCat("The Docker engine does not answer: ", answered.message()));
  }
  if (absl::Status network = options_.network(); !network.ok()) return network;
  struct statvfs disk;
  if (statvfs(options_.work_folder.c_str(), &disk) != 0) {
    return absl::InternalError(absl::StrCat("The work folder ", options_.work_folder,
                                            " cannot be used: ", std::strerror(errno)));
  }
  const auto whole = static_cast<double>(disk.f_blocks);
  const auto part = whole > 0 ? static_cast<double>(disk.f_bavail) / whole : 1;
  const auto free = static_cast<int64_t>(disk.f_bavail * disk.f_frsize);
  if (part < options_.least_free_part && free < options_.least_free_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("The disk of the work folder ", options_.work_folder,
                     " is nearly full: ", free >> 20, " MB are free."));
  }
  return absl::OkStatus();
}

}  // namespace kozmic::runner
