#ifndef KOZMIC_SERVICES_RUNNER_FETCH_MIRROR_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_MIRROR_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace kozmic::runner {

// A bare repository with all branches and tags of another one, as a folder. It is a cache, and git
// under its own account (GitUser) has written it: what is found there is looked at before it is
// used, links are not followed.

// In a mirror; keeps the newest commit from being swept away.
inline constexpr char kNewestRef[] = "refs/kozmic/newest";

// Makes the folder an empty mirror, whatever it was.
absl::Status CreateMirror(const std::string& mirror);
// Whether the folder looks like one.
bool IsMirror(const std::string& mirror);
// The commit that it was last fetched for; "" when that cannot be told.
std::string NewestOf(const std::string& mirror);
// What a fetch that was stopped left: it may be large.
void RemoveLeftovers(const std::string& mirror);
size_t CountPacks(const std::string& mirror);

struct CloneHead {
  std::string commit;
  // "": HEAD is detached.
  std::string branch;
  // Of the remote, as everybody may see it.
  std::string url;
};
// Makes target/.git a repository with the mirror's objects and refs, which are those that a clone
// has (remote branches, tags). RESOURCE_EXHAUSTED: there is no room.
absl::Status CopyMirror(const std::string& mirror, const CloneHead& head,
                        const std::string& target);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_MIRROR_H_
