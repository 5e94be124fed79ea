#include "services/runner/log/file_watcher.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kozmic::runner {

FileWatcher::FileWatcher() : inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  thread_ = std::thread([this] { Run(); });
}

FileWatcher::~FileWatcher() {
  stop_.Signal();
  thread_.join();
}

absl::StatusOr<std::unique_ptr<FileWatcher::Watch>> FileWatcher::WatchFile(int fd,
                                                                           Callback callback) {
  // By way of the descriptor: the name may mean another file by now.
  return Add(absl::StrCat("/proc/self/fd/", fd), IN_MODIFY, std::move(callback));
}

absl::StatusOr<std::unique_ptr<FileWatcher::Watch>> FileWatcher::WatchFolder(
    const std::string& path, Callback callback) {
  return Add(path, IN_MOVED_TO | IN_CREATE | IN_ONLYDIR, std::move(callback));
}

absl::StatusOr<std::unique_ptr<FileWatcher::Watch>> FileWatcher::Add(const std::string& path,
                                                                     uint32_t mask,
                                                                     Callback callback) {
  absl::MutexLock lock(&mutex_);
  const int id = inotify_add_watch(inotify_.get(), path.c_str(), mask);
  if (id < 0) return absl::InternalError(absl::StrCat("watch ", path, ": ", std::strerror(errno)));
  callbacks_[id] = std::move(callback);
  return std::make_unique<Watch>(*this, id);
}

void FileWatcher::Remove(int id) {
  absl::MutexLock lock(&mutex_);
  callbacks_.erase(id);
  inotify_rm_watch(inotify_.get(), id);
}

void FileWatcher::Run() {
  alignas(inotify_event) char buffer[16384];
  while (true) {
    pollfd waits[] = {{.fd = inotify_.get(), .events = POLLIN, .revents = 0},
                      {.fd = stop_.get(), .events = POLLIN, .revents = 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    const ssize_t got = read(inotify_.get(), buffer, sizeof(buffer));
    if (got <= 0) continue;
    absl::MutexLock lock(&mutex_);
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        // Anybody may have missed something.
        for (const auto& [id, callback] : callbacks_) callback("");
        continue;
      }
      const auto found = callbacks_.find(event->wd);
      if (found == callbacks_.end()) continue;
      found->second(event->len > 0 ? absl::string_view(event->name) : absl::string_view());
    }
  }
}

}  // namespace kozmic::runner
