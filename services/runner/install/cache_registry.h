#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_CACHE_REGISTRY_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_CACHE_REGISTRY_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/docker/docker_client.h"
#include "lib/docker/image_reference.h"
#include "lib/docker/registry_client.h"

namespace kozmic::runner {

// The registry by which runners share what install scripts led to: a repository
// "<prefix>/project-<number>" for each project. An image is pulled by the digest of its manifest
// alone: its tag, the cache id, is for people and for the registry's own garbage collection.
// Thread-safe.
class CacheRegistry {
 public:
  struct Options {
    // Of a whole transfer.
    absl::Duration transfer_timeout = absl::Minutes(15);
    // Until a registry's first word, and between one and the next.
    absl::Duration patience = absl::Seconds(10);
    absl::Duration silence = absl::Minutes(1);
  };

  // `address`: "host[:port][/prefix]", with "http://" before it when it speaks no TLS. `auth_file`:
  // a file with one line "user:password", or empty. INVALID_ARGUMENT. `docker` is not owned.
  static absl::StatusOr<std::unique_ptr<CacheRegistry>> Create(const docker::DockerClient& docker,
                                                               absl::string_view address,
                                                               const std::string& auth_file,
                                                               const Options& options);

  // "host[:port][/prefix]"
  const std::string& name() const { return name_; }
  // Whether a name is one of its repositories': no project may name one itself, since it may be
  // another project's.
  bool Has(const docker::ImageReference& reference) const;

  // Puts an image of this engine there; its manifest's digest. Errors as DockerClient::PushImage;
  // UNAVAILABLE also when the registry is silent.
  absl::StatusOr<std::string> Push(const std::string& image, const std::string& project,
                                   const std::string& cache_id, std::stop_token stop) const;
  // Brings what has that digest. It has no name but that until Forget. Errors as
  // DockerClient::PullImage; UNAVAILABLE also when the registry is silent; ABORTED when somebody
  // else in this engine has pulled the same and forgot it meanwhile.
  absl::StatusOr<docker::ImageInfo> Pull(const std::string& project, const std::string& digest,
                                         std::stop_token stop) const;
  void Forget(const std::string& project, const std::string& digest) const;
  // As RegistryClient::RemoveManifest.
  absl::Status Remove(const std::string& project, const std::string& digest) const;

 private:
  CacheRegistry(const docker::DockerClient& docker, std::string name,
                docker::ImageReference repositories, bool plain_http,
                std::optional<docker::RegistryAuth> auth, const Options& options);

  // Of a project ("projects/7"), without tag and digest.
  docker::ImageReference RepositoryOf(const std::string& project) const;
  const docker::RegistryAuth* auth() const { return auth_ ? &*auth_ : nullptr; }

  const docker::DockerClient& docker_;
  const std::string name_;
  // Registry, and the path up to a project's number.
  const docker::ImageReference repositories_;
  const std::optional<docker::RegistryAuth> auth_;
  const docker::RegistryClient client_;
  const Options options_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_CACHE_REGISTRY_H_
