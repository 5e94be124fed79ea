#ifndef KOZMIC_SERVICES_RUNNER_LOG_FILE_WATCHER_H_
#define KOZMIC_SERVICES_RUNNER_LOG_FILE_WATCHER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "lib/http/socket.h"

namespace kozmic::runner {

// Tells of changes to files, whoever makes them: also of those that a container makes in a folder
// it shares. One inotify instance and one thread for all. Thread-safe. Watches must end before it.
class FileWatcher {
 public:
  // `name`: the entry of the watched folder that changed; empty for a watched file. Called on the
  // watcher's thread: must be quick, and must not call the watcher.
  using Callback = std::function<void(absl::string_view name)>;

  // Ends the watching: after it, the callback is not running and will not run.
  class Watch {
   public:
    Watch(FileWatcher& watcher, int id) : watcher_(watcher), id_(id) {}
    ~Watch() { watcher_.Remove(id_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    FileWatcher& watcher_;
    const int id_;
  };

  FileWatcher();
  ~FileWatcher();

  // Each write to an open file. One watch a file.
  absl::StatusOr<std::unique_ptr<Watch>> WatchFile(int fd, Callback callback);
  // Each new or renamed entry of a folder. One watch a folder.
  absl::StatusOr<std::unique_ptr<Watch>> WatchFolder(const std::string& path, Callback callback);

 private:
  absl::StatusOr<std::unique_ptr<Watch>> Add(const std::string& path, uint32_t mask,
                                             Callback callback);
  void Remove(int id);
  void Run();

  const http::UniqueFd inotify_;
  const http::EventFd stop_;
  absl::Mutex mutex_;
  std::unordered_map<int, Callback> callbacks_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LOG_FILE_WATCHER_H_
