#ifndef KOZMIC_SERVICES_AUTH_GITHUB_TOKENS_H_
#define KOZMIC_SERVICES_AUTH_GITHUB_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/crypto/sealed_box.h"
#include "services/auth/github_token_store.h"

namespace kozmic::auth {

// The place that the GitHub token of the user with this GitHub id is sealed for.
std::string GithubTokenPlace(int64_t github_id);

// The users' GitHub tokens, in the clear. Thread-safe.
class GithubTokens {
 public:
  // Both must outlive this.
  GithubTokens(GithubTokenStore& store, const SealedBox& box) : store_(store), box_(box) {}

  // As it is kept.
  std::string Seal(int64_t github_id, absl::string_view token) const;

  // NOT_FOUND when none is kept: there is no such user, or GitHub has refused theirs. DATA_LOSS
  // when it was sealed under a secret key that this installation does not know.
  absl::StatusOr<std::string> Get(int64_t user_id) const;

  // GitHub has refused this token: it is kept no longer. Does nothing when it is not the user's, or
  // no longer. ABORTED when it is being replaced again and again.
  absl::Status Refuse(int64_t user_id, absl::string_view token) const;

 private:
  GithubTokenStore& store_;
  const SealedBox& box_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_GITHUB_TOKENS_H_
