#include "gateway/translate_account.h"

#include "gateway/translate.h"

namespace kozmic::gateway {

JsonText ToJson(const auth::v1::User& user) {
  return JsonObject({{"id", LastNumber(user.name())},
                     {"login", user.login()},
                     {"name", user.display_name()},
                     {"avatar_url", user.avatar_url()},
                     {"notification_email", user.notification_email()}});
}

JsonText ToJson(const auth::v1::Session& session) {
  return JsonObject(
      {{"id", LastNumber(session.name())},
       {"current", session.current()},
       {"user_agent", session.user_agent()},
       {"created_at", TimeJson(session.has_create_time(), session.create_time())},
       {"last_used_at", TimeJson(session.has_last_use_time(), session.last_use_time())},
       {"expires_at", TimeJson(session.has_expire_time(), session.expire_time())}});
}

JsonText ToJson(const auth::v1::AccessToken& token) {
  return JsonObject({{"id", LastNumber(token.name())},
                     {"name", token.display_name()},
                     {"created_at", TimeJson(token.has_create_time(), token.create_time())},
                     {"last_used_at", TimeJson(token.has_last_use_time(), token.last_use_time())},
                     {"expires_at", TimeJson(token.has_expire_time(), token.expire_time())}});
}

}  // namespace kozmic::gateway
