#include "services/auth/access_tokens.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/auth/validate.h"

namespace kozmic::auth {
namespace {

constexpr absl::string_view kPrefix = "kzp_";
constexpr size_t kRandomBytes = 32;
// Of 32 bytes in base64url without padding. A session's token has this length without the prefix,
// with which it may begin by chance.
constexpr size_t kRandomLength = 43;
constexpr int kMostDays = 3650;

}  // namespace

bool AccessTokens::IsAccessToken(absl::string_view credential) {
  return absl::StartsWith(credential, kPrefix) &&
         credential.size() == kPrefix.size() + kRandomLength;
}

absl::StatusOr<AccessTokens::Created> AccessTokens::Create(int64_t user_id, absl::string_view name,
                                                           int lifetime_days) const {
  NewAccessToken token;
  KOZMIC_ASSIGN_OR_RETURN(token.name, ValidateTokenName(name));
  if (lifetime_days < 0 || lifetime_days > kMostDays) {
    return WithDetail(absl::InvalidArgumentError(absl::StrCat("A token lives for 1 to ", kMostDays,
                                                              " days, or for ever.")),
                      "field", "lifetime_days");
  }
  std::string random;
  absl::WebSafeBase64Escape(random_.Bytes(kRandomBytes), &random);
  Created created{.token = absl::StrCat(kPrefix, random)};
  token.token_sha256 = Sha256(created.token);
  token.create_time = clock_.Now();
  if (lifetime_days > 0) token.expire_time = token.create_time + absl::Hours(24) * lifetime_days;
  auto record = store_.Create(user_id, token);
  if (absl::IsResourceExhausted(record.status())) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "You have ", kMostAccessTokens,
                          " access tokens, which is as many as one may have; delete one first.")),
                      "too_many_tokens");
  }
  KOZMIC_RETURN_IF_ERROR(record.status());
  created.record = *std::move(record);
  return created;
}

absl::StatusOr<UserRecord> AccessTokens::FindUser(absl::string_view token) const {
  auto user = store_.FindUser(Sha256(token), clock_.Now());
  if (absl::IsNotFound(user.status())) {
    return absl::UnauthenticatedError("this access token has expired or was deleted; make another");
  }
  return user;
}

absl::StatusOr<std::vector<AccessTokenRecord>> AccessTokens::List(int64_t user_id) const {
  return store_.List(user_id);
}

absl::Status AccessTokens::Delete(int64_t user_id, int64_t access_token_id) const {
  return store_.Delete(user_id, access_token_id);
}

}  // namespace kozmic::auth
