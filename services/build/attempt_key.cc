#include "services/build/attempt_key.h"

#include "absl/strings/str_cat.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"

namespace kozmic::build {

std::string AttemptKey::Name() const {
  return absl::StrCat("projects/", project, "/builds/", build, "/jobs/", job, "/attempts/",
                      attempt);
}

std::string AttemptKey::LogName() const {
  return absl::StrCat("logs/", project, "-", build, "-", job, "-", attempt);
}

absl::StatusOr<AttemptKey> AttemptKey::Parse(absl::string_view name) {
  AttemptKey key;
  KOZMIC_RETURN_IF_ERROR(
      ParseName("projects/{project}/builds/{build}/jobs/{job}/attempts/{attempt}", name,
                {&key.project, &key.build, &key.job, &key.attempt}));
  return key;
}

}  // namespace kozmic::build
