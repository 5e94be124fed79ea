#ifndef KOZMIC_SERVICES_AUTH_SESSION_RECORD_H_
#define KOZMIC_SERVICES_AUTH_SESSION_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace kozmic::auth {

// Live sessions of one user. A person has a few; the cap bounds what a program that signs in over
// and over leaves behind.
inline constexpr int kMostSessions = 100;

struct NewSession {
  // 32 raw bytes.
  std::string token_sha256 = {};
  // As the browser named itself, at most 256 bytes.
  std::string user_agent = {};
  absl::Time create_time = {};
  absl::Time expire_time = {};
};

struct SessionRecord {
  int64_t session_id = 0;
  std::string token_sha256 = {};
  std::string user_agent = {};
  absl::Time create_time = {};
  // Exact to kUseExactness.
  absl::Time last_use_time = {};
  absl::Time expire_time = {};
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SESSION_RECORD_H_
