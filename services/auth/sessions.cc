#include "services/auth/sessions.h"

#include "absl/strings/escaping.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"
#include "services/auth/validate.h"

namespace kozmic::auth {
namespace {

constexpr absl::Duration kLifetime = absl::Hours(30 * 24);
constexpr size_t kTokenBytes = 32;

}  // namespace

Sessions::Issued Sessions::Issue(absl::string_view user_agent) const {
  Issued issued;
  absl::WebSafeBase64Escape(random_.Bytes(kTokenBytes), &issued.token);
  const absl::Time now = clock_.Now();
  issued.session = {.token_sha256 = Digest(issued.token),
                    .user_agent = CleanUserAgent(user_agent),
                    .create_time = now,
                    .expire_time = now + kLifetime};
  return issued;
}

std::string Sessions::Digest(absl::string_view token) { return Sha256(token); }

absl::StatusOr<UserRecord> Sessions::FindUser(absl::string_view token) const {
  auto user = store_.FindSession(Digest(token), clock_.Now());
  if (absl::IsNotFound(user.status())) {
    return absl::UnauthenticatedError("this session has ended; sign in again");
  }
  return user;
}

absl::StatusOr<std::vector<Sessions::Listed>> Sessions::List(
    int64_t user_id, absl::string_view current_token) const {
  KOZMIC_ASSIGN_OR_RETURN(std::vector<SessionRecord> records,
                          store_.ListSessions(user_id, clock_.Now()));
  const std::string current = Digest(current_token);
  std::vector<Listed> sessions;
  for (SessionRecord& record : records) {
    const bool is_current = record.token_sha256 == current;
    sessions.push_back({.session = std::move(record), .current = is_current});
  }
  return sessions;
}

absl::Status Sessions::End(absl::string_view token) const {
  return store_.DeleteSession(Digest(token));
}

absl::Status Sessions::Revoke(int64_t user_id, int64_t session_id) const {
  return store_.RevokeSession(user_id, session_id);
}

absl::Status Sessions::RevokeOthers(int64_t user_id, absl::string_view current_token) const {
  return store_.RevokeOtherSessions(user_id, Digest(current_token));
}

}  // namespace kozmic::auth
