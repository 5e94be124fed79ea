#ifndef KOZMIC_SERVICES_AUTH_RESEALER_H_
#define KOZMIC_SERVICES_AUTH_RESEALER_H_

#include "absl/status/statusor.h"
#include "lib/crypto/sealed_box.h"
#include "services/auth/github_token_store.h"

namespace kozmic::auth {

// Seals anew the GitHub tokens that are not sealed as they would be today: under a secret key that
// was replaced, or in an older format. After it, previous secret keys are needed no more. A token
// is replaced only if it is still the one that was read, so sign-ins meanwhile, a crash in the
// middle and two of these at once lose nothing.
class Resealer {
 public:
  struct Outcome {
    // By this run.
    int resealed = 0;
    // Left as they are: no key that was given opens them. Their users must sign in again.
    int unopened = 0;
  };

  // Both must outlive this. So many tokens are read, and replaced in one transaction, at once.
  Resealer(GithubTokenStore& store, const SealedBox& box, int batch = 500)
      : store_(store), box_(box), batch_(batch) {}

  // Goes through all tokens once and logs what it did. Fails as the store does; what was sealed
  // anew until then stays so, and the next run goes on.
  absl::StatusOr<Outcome> Run() const;

 private:
  GithubTokenStore& store_;
  const SealedBox& box_;
  const int batch_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_RESEALER_H_
