#include "services/runner/warm/warm_spec.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"

namespace kozmic::runner {

docker::ContainerSpec Moved(docker::ContainerSpec spec, const std::string& from,
                            const std::string& to,
                            const std::map<std::string, std::string>& labels) {
  spec.labels = labels;
  for (docker::BindMount& mount : spec.mounts) {
    if (absl::StartsWith(mount.source, from + "/")) {
      mount.source = absl::StrCat(to, mount.source.substr(from.size()));
    }
  }
  return spec;
}

std::string KindOfContainer(const docker::ContainerSpec& spec, const std::string& folder) {
  return Sha256Hex(docker::ToCreateJson(Moved(spec, folder, "", {})));
}

}  // namespace kozmic::runner
