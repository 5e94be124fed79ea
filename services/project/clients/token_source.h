#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_TOKEN_SOURCE_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_TOKEN_SOURCE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace kozmic::project {

// Who has the users' GitHub tokens. Thread-safe.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // FAILED_PRECONDITION sign_in_needed when there is none; UNAVAILABLE when that cannot be told.
  virtual absl::StatusOr<std::string> GithubToken(int64_t user_id) = 0;
  // GitHub has refused this token: it is not given out again. What goes wrong is only logged: the
  // next refusal is another chance.
  virtual void ReportRefused(int64_t user_id, const std::string& token) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_TOKEN_SOURCE_H_
