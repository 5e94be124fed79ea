#ifndef KOZMIC_GATEWAY_TRANSLATE_ADMIN_H_
#define KOZMIC_GATEWAY_TRANSLATE_ADMIN_H_

#include "gateway/json_text.h"
#include "kozmic/build/v1/admin.pb.h"

namespace kozmic::gateway {

// What AdminService says of runners and the queue, as the JSON of API.md.

JsonText ToJson(const build::v1::Runner& runner);
JsonText ToJson(const build::v1::QueuedJob& job);
JsonText ToJson(const build::v1::PausedProject& project);
JsonText ToJson(const build::v1::RegistrationToken& token);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_ADMIN_H_
