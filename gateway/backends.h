#ifndef KOZMIC_GATEWAY_BACKENDS_H_
#define KOZMIC_GATEWAY_BACKENDS_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "kozmic/build/v1/admin.grpc.pb.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"

namespace kozmic::gateway {

// The services behind the gateway. Thread-safe.
struct Backends {
  std::unique_ptr<auth::v1::AuthService::Stub> auth;
  std::unique_ptr<project::v1::ProjectService::Stub> project;
  std::unique_ptr<build::v1::BuildService::Stub> build;
  std::unique_ptr<build::v1::AdminService::Stub> admin;
  std::unique_ptr<logstream::v1::LogService::Stub> logs;
  // The gateway's own credential, for what is not done in a user's name.
  std::string service_token;
};

// For one unary call; a page waits no longer for it.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(5);
// For those in which a service talks to GitHub.
inline constexpr absl::Duration kGithubCallTimeout = absl::Seconds(45);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BACKENDS_H_
