#ifndef KOZMIC_LIB_DOCKER_IMAGE_REFERENCE_H_
#define KOZMIC_LIB_DOCKER_IMAGE_REFERENCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::docker {

// What `[registry/]path[:tag][@digest]` names, by the grammar of the OCI distribution
// specification and with Docker's rules for short names.
struct ImageReference {
  // "docker.io" when the text names none, or an older name of it; may carry a port.
  std::string registry;
  // The repository below the registry: "library/debian", "owner/name".
  std::string path;
  // Empty when the text names none.
  std::string tag;
  // "sha256:<64 hexadecimal digits>", or empty.
  std::string digest;

  // "registry/path": what the Engine API takes as `fromImage`.
  std::string Repository() const;
  // What to pull: the digest if there is one, the tag otherwise ("latest" by default).
  std::string TagOrDigest() const;
  // The whole, in full: "docker.io/library/debian:12".
  std::string ToString() const;
};

// INVALID_ARGUMENT with a sentence for people when the text is not an image reference. Never
// accepts blanks, control characters or a leading "-".
absl::StatusOr<ImageReference> ParseImageReference(absl::string_view text);

// A registry, "host" or "host:port" as image names begin with it, in lower case: what credentials
// are kept by. INVALID_ARGUMENT with a sentence for people when no image name can begin with it.
absl::StatusOr<std::string> ParseRegistry(absl::string_view text);

// What ParseRegistry makes of the registry of an image.
std::string RegistryKey(const ImageReference& reference);

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_IMAGE_REFERENCE_H_
