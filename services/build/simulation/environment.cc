#include "services/build/simulation/environment.h"

namespace kozmic::build::simulation {

bool Environment::ScriptBegins(const AttemptKey& key) {
  const JobModel* job = database.FindBuild(key.project, key.build)->model.FindJob(key.job);
  std::set<int64_t>& began = scripts[{key.project, key.build, key.job}];
  bool again = false;
  for (const int64_t attempt : began) {
    again = again || attempt > job->attempt - job->tries;
  }
  began.insert(key.attempt);
  return !again || ever_repeats.count(key.project) > 0;
}

}  // namespace kozmic::build::simulation
