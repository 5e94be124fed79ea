#ifndef KOZMIC_SERVICES_BUILD_DOMAIN_WAIT_TEXT_H_
#define KOZMIC_SERVICES_BUILD_DOMAIN_WAIT_TEXT_H_

#include "kozmic/build/v1/build.pb.h"
#include "services/build/control_store.h"

namespace kozmic::build {

// Why a job waits, for programs and as a sentence for people (P41). A limit counts as reached when
// it is, whether or not the job's turn has come.
v1::ExplainWaitResponse::Wait Explain(const WaitFacts& facts);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_DOMAIN_WAIT_TEXT_H_
