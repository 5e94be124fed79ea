#ifndef KOZMIC_SERVICES_AUTH_TRANSLATE_H_
#define KOZMIC_SERVICES_AUTH_TRANSLATE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "kozmic/auth/v1/auth.pb.h"
#include "services/auth/access_token_store.h"
#include "services/auth/sessions.h"
#include "services/auth/user_record.h"

namespace kozmic::auth {

// The domain's records as the messages of kozmic.auth.v1.

// "users/7"
std::string UserName(int64_t user_id);

google::protobuf::Timestamp ToMessage(absl::Time time);
v1::User ToMessage(const UserRecord& record);
v1::Session ToMessage(int64_t user_id, const Sessions::Listed& listed);
v1::AccessToken ToMessage(int64_t user_id, const AccessTokenRecord& record);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_TRANSLATE_H_
