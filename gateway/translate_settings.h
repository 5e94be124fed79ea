#ifndef KOZMIC_GATEWAY_TRANSLATE_SETTINGS_H_
#define KOZMIC_GATEWAY_TRANSLATE_SETTINGS_H_

#include "gateway/json_text.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::gateway {

// How a project's builds are run and where their verdicts are told, as the JSON of API.md.

JsonText ToJson(const build::v1::ProjectSettings& settings);
JsonText ToJson(const build::v1::NotificationHook& hook);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_SETTINGS_H_
