#include "services/auth/translate.h"

#include "absl/strings/str_cat.h"

namespace kozmic::auth {

std::string UserName(int64_t user_id) { return absl::StrCat("users/", user_id); }

google::protobuf::Timestamp ToMessage(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  return message;
}

v1::User ToMessage(const UserRecord& record) {
  v1::User user;
  user.set_name(UserName(record.user_id));
  user.set_github_id(record.profile.github_id);
  user.set_login(record.profile.login);
  user.set_display_name(record.profile.display_name);
  user.set_avatar_url(record.profile.avatar_url);
  user.set_notification_email(record.notification_email);
  return user;
}

v1::Session ToMessage(int64_t user_id, const Sessions::Listed& listed) {
  v1::Session session;
  session.set_name(absl::StrCat(UserName(user_id), "/sessions/", listed.session.session_id));
  session.set_current(listed.current);
  session.set_user_agent(listed.session.user_agent);
  *session.mutable_create_time() = ToMessage(listed.session.create_time);
  *session.mutable_last_use_time() = ToMessage(listed.session.last_use_time);
  *session.mutable_expire_time() = ToMessage(listed.session.expire_time);
  return session;
}

v1::AccessToken ToMessage(int64_t user_id, const AccessTokenRecord& record) {
  v1::AccessToken token;
  token.set_name(absl::StrCat(UserName(user_id), "/accessTokens/", record.access_token_id));
  token.set_display_name(record.name);
  *token.mutable_create_time() = ToMessage(record.create_time);
  if (record.last_use_time) *token.mutable_last_use_time() = ToMessage(*record.last_use_time);
  if (record.expire_time) *token.mutable_expire_time() = ToMessage(*record.expire_time);
  return token;
}

}  // namespace kozmic::auth
