#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_OUTSIDERS_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_OUTSIDERS_H_

#include <cstdint>

#include "services/build/simulation/connection.h"
#include "services/build/simulation/memory_builds.h"

namespace kozmic::build::simulation {

// Webhooks: events at GitHub, each delivered late, more than once, not in order, and again until it
// is taken.
class Webhooks {
 public:
  Webhooks(Environment& env, MemoryBuilds& builds)
      : env_(env), builds_(builds), connection_(env, {Actor::Kind::kPerson, "webhook"}, false) {}

  // `events` of them within `during`.
  void Start(int events, absl::Duration during);

 private:
  void Push(int event);
  void Deliver(int64_t project, const v1::CreateBuildRequest& request);

  Environment& env_;
  MemoryBuilds& builds_;
  Connection connection_;
};

// People, who cancel, restart, approve, change how their projects are built, and pause them.
class People {
 public:
  People(Environment& env, MemoryBuilds& builds)
      : env_(env), builds_(builds), connection_(env, {Actor::Kind::kPerson, "somebody"}, false) {}

  void Start();
  // Says yes to all that waits for approval.
  void ApproveAll();
  // Lets all projects go on.
  void ResumeAll();

 private:
  void Act();
  void ChangeSettings(int64_t project);
  void SetPaused(int64_t project, bool paused);

  Environment& env_;
  MemoryBuilds& builds_;
  Connection connection_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_OUTSIDERS_H_
