#ifndef KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_
#define KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_

#include "kozmic/auth/v1/auth.pb.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// API.md's User, as told to the user: with "notification_email".
nlohmann::json ToJson(const auth::v1::User& user);
nlohmann::json ToJson(const auth::v1::Session& session);
nlohmann::json ToJson(const auth::v1::AccessToken& token);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_
