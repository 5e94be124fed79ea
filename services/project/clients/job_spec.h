#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_

#include "kozmic/build/v1/build.pb.h"
#include "services/project/hooks/hook_store.h"

namespace kozmic::project {

// What a job of the hook runs, in BuildService's words.
void FillJobSpec(const HookRecord& hook, build::v1::JobSpec* out);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_
