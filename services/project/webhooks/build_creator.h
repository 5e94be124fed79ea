#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/project/hooks/hook_store.h"
#include "services/project/webhooks/webhook_event.h"

namespace kozmic::project {

struct BuildRequest {
  int64_t project_id = 0;
  // The same for every event of one push; another for a later push of the same commit.
  std::string request_id = {};
  Head head = {};
  // "owner/name"
  std::string repository = {};
  std::string commit_url = {};
  // One job for each; not empty.
  std::vector<HookRecord> hooks = {};
  // "owner/name" of the fork that the commit comes from; empty when it is the project's own.
  std::string fork = {};
};

// Who makes builds. Thread-safe.
class BuildCreator {
 public:
  virtual ~BuildCreator() = default;

  // Idempotent by request_id. Errors: as BuildService.CreateBuild.
  virtual absl::Status CreateBuild(const BuildRequest& request) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_
