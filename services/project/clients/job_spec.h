#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_

#include <vector>

#include "kozmic/build/v1/build.pb.h"
#include "services/project/hooks/hook_store.h"

namespace kozmic::project {

// Adds services to a message's.
void FillServices(const std::vector<HookService>& services,
                  google::protobuf::RepeatedPtrField<build::v1::Service>* out);

// What a job of the hook runs, in BuildService's words.
void FillJobSpec(const HookRecord& hook, build::v1::JobSpec* out);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_JOB_SPEC_H_
