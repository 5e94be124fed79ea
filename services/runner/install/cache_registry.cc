#include "services/runner/install/cache_registry.h"

#include <fstream>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

constexpr char kRepository[] = "project-";

using Progress = std::function<void(const docker::TransferProgress&)>;
using Transfer = std::function<absl::Status(std::stop_token stop, const Progress& progress)>;

// Ends a transfer whose registry says nothing: engines have no time limit for that.
absl::Status RunWatched(const CacheRegistry::Options& options, const std::string& registry,
                        std::stop_token stop, const Progress& also, const Transfer& transfer) {
  absl::Mutex mutex;
  absl::Time limit = absl::Now() + options.patience;
  bool ended = false;
  bool silent = false;
  std::stop_source give_up;
  const std::stop_callback pass_on(stop, [&give_up] { give_up.request_stop(); });
  std::thread watching([&] {
    absl::MutexLock lock(&mutex);
    while (!ended && absl::Now() < limit) {
      mutex.AwaitWithDeadline(absl::Condition(&ended), limit);
    }
    if (ended) return;
    silent = true;
    give_up.request_stop();
  });
  absl::Status status =
      transfer(give_up.get_token(), [&](const docker::TransferProgress& progress) {
        {
          absl::MutexLock lock(&mutex);
          limit = absl::Now() + options.silence;
        }
        if (also) also(progress);
      });
  {
    absl::MutexLock lock(&mutex);
    ended = true;
  }
  watching.join();
  if (silent && absl::IsCancelled(status) && !stop.stop_requested()) {
    return absl::UnavailableError(absl::StrCat("the registry ", registry, " does not answer"));
  }
  return status;
}

absl::StatusOr<std::optional<docker::RegistryAuth>> ReadAuth(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cache_registry_auth_file: ", path, " cannot be read, or is empty"));
  }
  const absl::string_view text = absl::StripTrailingAsciiWhitespace(line);
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cache_registry_auth_file: ", path, " is not one line \"user:password\""));
  }
  return docker::RegistryAuth{.username = std::string(text.substr(0, colon)),
                              .password = std::string(text.substr(colon + 1))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<CacheRegistry>> CacheRegistry::Create(
    const docker::DockerClient& docker, absl::string_view address, const std::string& auth_file,
    const Options& options) {
  const bool plain_http = absl::ConsumePrefix(&address, "http://");
  if (!plain_http) absl::ConsumePrefix(&address, "https://");
  absl::ConsumeSuffix(&address, "/");
  // A name without a registry would be Docker Hub's.
  const absl::string_view host = address.substr(0, address.find('/'));
  auto repositories = docker::ParseImageReference(absl::StrCat(address, "/", kRepository, "0"));
  if (!repositories.ok() || repositories->registry != host) {
    return absl::InvalidArgumentError(
        absl::StrCat("cache_registry: \"", address,
                     "\" must be a registry, as image names begin with it, and a prefix: "
                     "registry.example.com:5000/kozmic"));
  }
  repositories->path.pop_back();
  KOZMIC_ASSIGN_OR_RETURN(std::optional<docker::RegistryAuth> auth, ReadAuth(auth_file));
  return std::unique_ptr<CacheRegistry>(new CacheRegistry(docker, std::string(address),
                                                          *std::move(repositories), plain_http,
                                                          std::move(auth), options));
}

CacheRegistry::CacheRegistry(const docker::DockerClient& docker, std::string name,
                             docker::ImageReference repositories, bool plain_http,
                             std::optional<docker::RegistryAuth> auth, const Options& options)
    : docker_(docker),
      name_(std::move(name)),
      repositories_(std::move(repositories)),
      auth_(std::move(auth)),
      client_(repositories_.registry, plain_http, auth_),
      options_(options) {}

bool CacheRegistry::Has(const docker::ImageReference& reference) const {
  return absl::EqualsIgnoreCase(reference.registry, repositories_.registry) &&
         absl::StartsWith(reference.path, repositories_.path);
}

docker::ImageReference CacheRegistry::RepositoryOf(const std::string& project) const {
  docker::ImageReference repository = repositories_;
  for (const char c : project) {
    if (absl::ascii_isdigit(c)) repository.path += c;
  }
  return repository;
}

absl::StatusOr<std::string> CacheRegistry::Push(const std::string& image,
                                                const std::string& project,
                                                const std::string& cache_id,
                                                std::stop_token stop) const {
  docker::ImageReference target = RepositoryOf(project);
  target.tag = cache_id;
  KOZMIC_RETURN_IF_ERROR(docker_.TagImage(image, target));
  std::string digest;
  const absl::Status pushed = RunWatched(
      options_, name_, std::move(stop),
      [&digest](const docker::TransferProgress& progress) {
        if (!progress.digest.empty()) digest = progress.digest;
      },
      [&](std::stop_token stop, const Progress& progress) {
        return docker_.PushImage(target, auth(), options_.transfer_timeout, std::move(stop),
                                 progress);
      });
  docker_.RemoveImage(target.ToString(), /*force=*/false).IgnoreError();
  KOZMIC_RETURN_IF_ERROR(pushed);
  if (digest.empty()) return absl::InternalError("Docker does not say what it has pushed");
  return digest;
}

absl::StatusOr<docker::ImageInfo> CacheRegistry::Pull(const std::string& project,
                                                      const std::string& digest,
                                                      std::stop_token stop) const {
  docker::ImageReference source = RepositoryOf(project);
  source.digest = digest;
  KOZMIC_RETURN_IF_ERROR(RunWatched(options_, name_, std::move(stop), nullptr,
                                    [&](std::stop_token stop, const Progress& progress) {
                                      return docker_.PullImage(source, auth(),
                                                               options_.transfer_timeout,
                                                               std::move(stop), progress);
                                    }));
  auto image = docker_.InspectImage(source.ToString());
  if (absl::IsNotFound(image.status())) return absl::AbortedError(image.status().message());
  return image;
}

void CacheRegistry::Forget(const std::string& project, const std::string& digest) const {
  docker::ImageReference source = RepositoryOf(project);
  source.digest = digest;
  docker_.RemoveImage(source.ToString(), /*force=*/false).IgnoreError();
}

absl::Status CacheRegistry::Remove(const std::string& project, const std::string& digest) const {
  return client_.RemoveManifest(RepositoryOf(project).path, digest);
}

}  // namespace kozmic::runner
