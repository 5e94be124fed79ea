#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/status/annotate.h"
#include "services/project/hooks/hook_store.h"
#include "services/project/webhooks/webhook_event.h"

namespace kozmic::project {

struct BuildRequest {
  int64_t project_id = 0;
  // The same for every event of one push, and for every try of one manual build; another for a
  // later push of the same commit.
  std::string request_id = {};
  // Of what asked for it; empty: one is made of the request.
  std::string trace_id = {};
  Head head = {};
  // "owner/name"
  std::string repository = {};
  std::string commit_url = {};
  // One job for each; not empty.
  std::vector<HookRecord> hooks = {};
  // "owner/name" of the fork that the commit comes from; empty when it is the project's own.
  std::string fork = {};
  // What it is built for; nullopt: somebody asked for it.
  std::optional<Trigger> trigger = {};
  // Of kOnPullRequest: its number.
  int64_t pull_request = 0;
  // As WebhookEvent has it.
  int64_t event_seconds = 0;
  // Nothing runs before a manager has agreed.
  bool needs_approval = false;
  // Of a manual build: environment variables of its scripts, and the login of who asked.
  std::map<std::string, std::string> variables = {};
  std::string creator = {};
};

// UNAVAILABLE with the reason not_begun: nobody was asked for it.
inline absl::Status NotBegun() {
  return WithReason(absl::UnavailableError("there was no time for it yet"), "not_begun");
}

// Who makes builds. Thread-safe.
class BuildCreator {
 public:
  virtual ~BuildCreator() = default;

  // The builds' numbers, one for each, created in this order. Idempotent by request_id: the first
  // request decides what it is. Errors: as BuildService.BatchCreateBuilds; NotBegun for those that
  // there was no time for. Returns within 10 s.
  virtual std::vector<absl::StatusOr<int64_t>> CreateBuilds(
      const std::vector<BuildRequest>& requests) = 0;

  absl::StatusOr<int64_t> CreateBuild(const BuildRequest& request) {
    return CreateBuilds({request}).front();
  }
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_BUILD_CREATOR_H_
