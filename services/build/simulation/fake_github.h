#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_FAKE_GITHUB_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_FAKE_GITHUB_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "services/build/simulation/connection.h"

namespace kozmic::build::simulation {

// GitHub's statuses, behind ProjectService, which asks what there is before it posts.
class FakeGithub {
 public:
  explicit FakeGithub(Environment& env) : env_(env) {}

  // As StatusReporter::Post. `connection`: of the replica that posts, which may be held still or
  // die in between. `deadline`: when the call is given up; `claim_end`: when another replica may
  // post the same.
  absl::Status Post(const StatusWish& wish, Connection& connection, absl::Time deadline,
                    absl::Time claim_end);

  // That it shows of every commit what CommitStatusOf says. Empty: it does.
  std::string CheckAtRest() const;

 private:
  struct Shown {
    StatusWish wish;
    int posts = 0;
    // The last one came when its claim was over.
    bool late = false;
  };
  bool Fails(absl::Status& status);

  Environment& env_;
  std::map<std::pair<int64_t, std::string>, Shown> shown_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_FAKE_GITHUB_H_
