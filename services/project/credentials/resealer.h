#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_RESEALER_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_RESEALER_H_

#include <map>

#include "absl/status/statusor.h"
#include "lib/crypto/sealed_box.h"
#include "services/project/credentials/sealed_store.h"

namespace kozmic::project {

// Seals anew what is not sealed as it would be today: under a secret key that was replaced, or in
// an older format. After it, previous secret keys are needed no more. A value is replaced only if
// it is still the one that was read, so changes meanwhile, a crash in the middle and two of these
// at once lose nothing.
class Resealer {
 public:
  struct Outcome {
    // By this run.
    int resealed = 0;
    // Left as they are: no key that was given opens them.
    int unopened = 0;
  };

  // All must outlive this. So many values are read at once.
  Resealer(SealedStore& store, std::map<SealedKind, const SealedBox*> boxes, int batch = 200)
      : store_(store), boxes_(std::move(boxes)), batch_(batch) {}

  // Goes through all values once and logs what it did. Fails as the store does; what was sealed
  // anew until then stays so, and the next run goes on.
  absl::StatusOr<Outcome> Run() const;

 private:
  absl::Status Reseal(SealedKind kind, const SealedBox& box, Outcome& outcome) const;

  SealedStore& store_;
  const std::map<SealedKind, const SealedBox*> boxes_;
  const int batch_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_RESEALER_H_
