#ifndef KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_DIRECTORY_OBJECT_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_DIRECTORY_OBJECT_STORE_H_

#include <string>
#include <utility>

#include "services/logstream/archive/object_store.h"

namespace kozmic {

// Objects as files of a folder, which may be a network's that all replicas share. Files that are
// being written are in a folder of its own there, ".unfinished".
class DirectoryObjectStore final : public ObjectStore {
 public:
  explicit DirectoryObjectStore(std::string folder) : folder_(std::move(folder)) {}

  // Makes the folder, and removes what a crash left of files more than a day ago.
  // FAILED_PRECONDITION when it cannot be written to.
  absl::Status Prepare();

  absl::Status Write(const std::string& key,
                     const std::function<absl::Status(const Sink&)>& source) override;
  absl::StatusOr<std::string> Read(const std::string& key, int64_t offset, size_t size) override;
  absl::StatusOr<int64_t> Size(const std::string& key) override;
  absl::Status Remove(const std::string& key) override;

 private:
  const std::string folder_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_DIRECTORY_OBJECT_STORE_H_
