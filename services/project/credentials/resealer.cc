#include "services/project/credentials/resealer.h"

#include <string>

#include "lib/base/log.h"
#include "lib/crypto/wipe.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {

absl::Status Resealer::Reseal(SealedKind kind, const SealedBox& box, Outcome& outcome) const {
  std::string last;
  while (true) {
    KOZMIC_ASSIGN_OR_RETURN(const auto values, store_.List(kind, last, batch_));
    if (values.empty()) return absl::OkStatus();
    last = values.back().key;
    for (const SealedValue& value : values) {
      if (box.IsCurrent(value.sealed)) continue;
      absl::StatusOr<std::string> plain = box.Open(value.sealed, value.place);
      if (!plain.ok()) {
        ++outcome.unopened;
        continue;
      }
      const std::string fresh = box.Seal(*plain, value.place);
      Wipe(*plain);
      KOZMIC_ASSIGN_OR_RETURN(const bool replaced, store_.Replace(kind, value, fresh));
      outcome.resealed += replaced ? 1 : 0;
    }
  }
}

absl::StatusOr<Resealer::Outcome> Resealer::Run() const {
  Outcome outcome;
  for (const auto& [kind, box] : boxes_) {
    if (const absl::Status status = Reseal(kind, *box, outcome); !status.ok()) {
      return Annotate(status, "seal what projects have anew");
    }
  }
  if (outcome.resealed > 0) {
    Log(Severity::kInfo, "sealed what projects have anew", {{"count", outcome.resealed}});
  }
  if (outcome.unopened > 0) {
    Log(Severity::kError,
        "secrets of projects or hooks do not open: a key is missing in previous_secret_keys",
        {{"count", outcome.unopened}});
  }
  return outcome;
}

}  // namespace kozmic::project
