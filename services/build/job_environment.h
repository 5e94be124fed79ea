#ifndef KOZMIC_SERVICES_BUILD_JOB_ENVIRONMENT_H_
#define KOZMIC_SERVICES_BUILD_JOB_ENVIRONMENT_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "services/build/lease_store.h"

namespace kozmic::build {

// The variables that a job's scripts see, besides TERM, CI and KOZMIC, which are the same for all:
// those that somebody gave the build by hand, KOZMIC_*, and CI_* as GitLab and others name the same
// things, so that scripts and tools made for those find their way. Ours count more than given ones.
std::map<std::string, std::string> JobEnvironment(const GrantedLease& granted,
                                                  absl::string_view public_url);

// All that a runner is told to run.
void FillJobSpec(const GrantedLease& granted, absl::string_view public_url,
                 runner::v1::JobSpec* out);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_JOB_ENVIRONMENT_H_
