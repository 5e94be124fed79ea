#ifndef KOZMIC_LIB_DOCKER_REGISTRY_CLIENT_H_
#define KOZMIC_LIB_DOCKER_REGISTRY_CLIENT_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/docker/docker_client.h"

namespace kozmic::docker {

// What no Docker engine does for one: removes images from a registry, by the OCI distribution
// specification. Thread-safe.
class RegistryClient {
 public:
  // `host`: host or host:port. `plain_http`: it speaks no TLS; one on this machine never does, as
  // engines have it.
  RegistryClient(std::string host, bool plain_http, std::optional<RegistryAuth> auth)
      : host_(std::move(host)), plain_http_(plain_http), auth_(std::move(auth)) {}

  // Removes a manifest from a repository ("owner/name") with all tags that lead to it; OK when it
  // is gone already. What it is made of stays until the registry collects its garbage.
  // UNIMPLEMENTED when this registry removes nothing; PERMISSION_DENIED; UNAVAILABLE.
  absl::Status RemoveManifest(const std::string& repository, const std::string& digest) const;

 private:
  struct Answer {
    long status = 0;
    // Of the header WWW-Authenticate.
    std::string challenge;
    // Its beginning.
    std::string body;
  };

  absl::StatusOr<Answer> Call(const std::string& method, const std::string& url,
                              const std::string& authorization) const;
  // What the header Authorization is to be, so that the challenge is met.
  absl::StatusOr<std::string> Meet(absl::string_view challenge,
                                   const std::string& repository) const;
  std::string Origin() const;

  const std::string host_;
  const bool plain_http_;
  const std::optional<RegistryAuth> auth_;
};

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_REGISTRY_CLIENT_H_
