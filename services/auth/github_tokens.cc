#include "services/auth/github_tokens.h"

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

// One for the token as it is, one more for the same sealed anew meanwhile, and one to be sure.
constexpr int kTries = 3;

}  // namespace

std::string GithubTokenPlace(int64_t github_id) { return absl::StrCat("github_users/", github_id); }

std::string GithubTokens::Seal(int64_t github_id, absl::string_view token) const {
  return box_.Seal(token, GithubTokenPlace(github_id));
}

absl::StatusOr<std::string> GithubTokens::Get(int64_t user_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const GithubTokenRecord record, store_.Get(user_id));
  return box_.Open(record.sealed, GithubTokenPlace(record.github_id));
}

absl::Status GithubTokens::Refuse(int64_t user_id, absl::string_view token) const {
  for (int i = 0; i < kTries; ++i) {
    const absl::StatusOr<GithubTokenRecord> record = store_.Get(user_id);
    if (absl::IsNotFound(record.status())) return absl::OkStatus();
    KOZMIC_RETURN_IF_ERROR(record.status());
    const absl::StatusOr<std::string> kept =
        box_.Open(record->sealed, GithubTokenPlace(record->github_id));
    if (!kept.ok() || !ConstantTimeEquals(*kept, token)) return absl::OkStatus();
    KOZMIC_ASSIGN_OR_RETURN(const bool removed, store_.Remove(user_id, record->sealed));
    if (removed) return absl::OkStatus();
  }
  return absl::AbortedError("the user's GitHub token is being replaced; try again");
}

}  // namespace kozmic::auth
