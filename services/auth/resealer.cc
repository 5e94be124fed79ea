#include "services/auth/resealer.h"

#include <string>
#include <utility>
#include <vector>

#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "services/auth/github_tokens.h"

namespace kozmic::auth {

absl::StatusOr<Resealer::Outcome> Resealer::Run() const {
  const auto failed = [](const absl::Status& status) {
    return Annotate(status, "seal GitHub tokens anew");
  };
  Outcome outcome;
  int64_t last_user = 0;
  while (true) {
    const auto tokens = store_.List(last_user, batch_);
    if (!tokens.ok()) return failed(tokens.status());
    if (tokens->empty()) break;
    last_user = tokens->back().user_id;
    std::vector<GithubTokenStore::Change> changes;
    for (const GithubTokenRecord& token : *tokens) {
      if (box_.IsCurrent(token.sealed)) continue;
      const std::string place = GithubTokenPlace(token.github_id);
      const absl::StatusOr<std::string> plain = box_.Open(token.sealed, place);
      if (plain.ok()) {
        changes.push_back(
            {.user_id = token.user_id, .from = token.sealed, .to = box_.Seal(*plain, place)});
      } else {
        ++outcome.unopened;
      }
    }
    if (changes.empty()) continue;
    const absl::StatusOr<int> replaced = store_.Replace(changes);
    if (!replaced.ok()) return failed(replaced.status());
    outcome.resealed += *replaced;
  }
  if (outcome.resealed > 0) {
    Log(Severity::kInfo, "sealed GitHub tokens anew", {{"count", outcome.resealed}});
  }
  if (outcome.unopened > 0) {
    Log(Severity::kError,
        "GitHub tokens do not open, and their users must sign in again: a key is missing in "
        "previous_secret_keys",
        {{"count", outcome.unopened}});
  }
  return outcome;
}

}  // namespace kozmic::auth
