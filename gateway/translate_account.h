#ifndef KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_
#define KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_

#include "gateway/json_text.h"
#include "kozmic/auth/v1/auth.pb.h"

namespace kozmic::gateway {

// API.md's User, as told to the user: with "notification_email".
JsonText ToJson(const auth::v1::User& user);
JsonText ToJson(const auth::v1::Session& session);
JsonText ToJson(const auth::v1::AccessToken& token);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_ACCOUNT_H_
