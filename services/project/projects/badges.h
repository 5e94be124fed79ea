#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_BADGES_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_BADGES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// What lets anyone see the state of a project's branches: for a private one, a token. Thread-safe.
class Badges {
 public:
  struct Badge {
    // "https://ci.example.org/badges/owner/name"
    std::string url;
    // Empty for a public project.
    std::string token;
  };

  // All must outlive this. `box` seals tokens; `public_url` is where browsers reach us.
  Badges(ProjectStore& store, const SealedBox& box, Random& random, std::string public_url)
      : store_(store), box_(box), random_(random), public_url_(std::move(public_url)) {}

  absl::StatusOr<Badge> Get(const ProjectRecord& project) const;
  // With another token.
  absl::StatusOr<Badge> Reset(const ProjectRecord& project, const Author& by) const;
  // The project whose badge this is. NOT_FOUND for an unknown repository and for a private one
  // without its token.
  absl::StatusOr<int64_t> Resolve(absl::string_view repository, absl::string_view token) const;

 private:
  std::string Fresh(int64_t project_id) const;
  absl::StatusOr<std::string> Token(int64_t project_id) const;

  ProjectStore& store_;
  const SealedBox& box_;
  Random& random_;
  const std::string public_url_;
};

// Where a token is sealed for.
std::string BadgePlace(int64_t project_id);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_BADGES_H_
