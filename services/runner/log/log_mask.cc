#include "services/runner/log/log_mask.h"

#include "lib/status/macros.h"
#include "services/runner/init/mask.h"

namespace kozmic::runner {

void LogMask::Learn(const v1::IssueCheckoutResponse& issued) {
  absl::MutexLock lock(&mutex_);
  known_ = true;
  hidden_.clear();
  for (const auto& [name, value] : issued.secrets()) hidden_.push_back(value);
  for (const auto& credential : issued.registry_credentials()) {
    hidden_.push_back(credential.password());
  }
}

std::string LogMask::Mask(absl::string_view text) const {
  init::Masker masker;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& value : hidden_) {
      if (!masker.Add(value.data(), value.size())) return "There is no memory to tell the reason.";
    }
  }
  std::string masked(text);
  masker.Mask(masked.data(), masked.size(), /*last=*/true);
  return masked;
}

absl::StatusOr<std::string> LogMask::MaskSurely(absl::string_view text) {
  bool known = false;
  {
    absl::MutexLock lock(&mutex_);
    known = known_;
  }
  if (!known) {
    KOZMIC_ASSIGN_OR_RETURN(
        const v1::IssueCheckoutResponse issued,
        link_.IssueCheckout(job_.lease(), /*refused=*/false, job_.abandon_token()));
    Learn(issued);
  }
  return Mask(text);
}

}  // namespace kozmic::runner
