#ifndef KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_OBJECT_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_OBJECT_STORE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// Named runs of bytes that never change. Thread-safe; calls block. Several processes may use one
// store at once. Keys are lower-case letters, digits, '-', '.' and '/'; no part is "..".
//
// Every method may answer UNAVAILABLE or RESOURCE_EXHAUSTED (no room).
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  using Sink = std::function<absl::Status(absl::string_view bytes)>;
  // Makes an object of what `source` gives the sink. It is there, whole and durable, when this
  // returns OK, and else not at all. Replaces an object of that key.
  virtual absl::Status Write(const std::string& key,
                             const std::function<absl::Status(const Sink&)>& source) = 0;
  // The bytes [offset, offset + size). NOT_FOUND without such an object, DATA_LOSS when it ends
  // before.
  virtual absl::StatusOr<std::string> Read(const std::string& key, int64_t offset, size_t size) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<int64_t> Size(const std::string& key) = 0;
  // Idempotent.
  virtual absl::Status Remove(const std::string& key) = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_OBJECT_STORE_H_
