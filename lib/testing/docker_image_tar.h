#ifndef KOZMIC_LIB_TESTING_DOCKER_IMAGE_TAR_H_
#define KOZMIC_LIB_TESTING_DOCKER_IMAGE_TAR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// Builds the tar archive of a small image's root folder, all owned by root.
class ImageTar {
 public:
  ImageTar& Folder(absl::string_view path, uint32_t mode = 0755);
  ImageTar& File(absl::string_view path, absl::string_view content, uint32_t mode = 0644);
  ImageTar& Link(absl::string_view path, absl::string_view target);
  // The archive as it stands.
  std::string Bytes() const;

 private:
  void Add(absl::string_view path, char type, uint32_t mode, absl::string_view content,
           absl::string_view link);

  std::string bytes_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_DOCKER_IMAGE_TAR_H_
