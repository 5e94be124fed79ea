#include "services/runner/runner.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/process/version.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/containers/isolation.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/registration/credential_keeper.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr absl::Duration kLongestSweepPause = absl::Seconds(30);
constexpr absl::Duration kRotationInterval = absl::Hours(1);
constexpr absl::Duration kTidyInterval = absl::Minutes(5);

// Repeats a call until it succeeds; the last error when nobody wants to go on.
absl::Status Persist(absl::string_view what, const Runner::Pause& pause, Random& random,
                     const std::function<absl::Status()>& call) {
  for (int failures = 1;; ++failures) {
    const absl::Status status = call();
    // What is wrong with this runner's settings stays so.
    if (status.ok() || absl::IsInvalidArgument(status)) return status;
    Log(Severity::kWarning, absl::StrCat(what, ": failed; trying again"), {{"error", status}});
    if (!pause(Backoff(failures, kFirstPause, kLongestPause, random))) {
      return Annotate(status, what);
    }
  }
}

absl::StatusOr<std::string> MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  const fs::path whole = error ? fs::path() : fs::canonical(path, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat("folder ", path, ": ", error.message()));
  }
  return whole.string();
}

// Puts kozmic-init where the Docker engine sees it, whatever else it sees of this machine. A
// container that runs keeps the file it was started with.
absl::StatusOr<std::string> InstallInit(const std::string& init_path, const std::string& work_dir) {
  const std::string path = work_dir + "/kozmic-init";
  const std::string temporary = path + ".new";
  std::error_code error;
  fs::copy_file(init_path, temporary, fs::copy_options::overwrite_existing, error);
  if (!error && chmod(temporary.c_str(), 0555) != 0) error.assign(errno, std::generic_category());
  if (!error) fs::rename(temporary, path, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat("init_path ", init_path, ": ", error.message()));
  }
  return path;
}

// The runner was revoked.
bool IsOut(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

// What a runner that is out had left running are jobs of others by now, and nobody looks after
// them.
void EndJobs(docker::DockerClient& docker, const std::string& runner) {
  const auto containers = docker.ListContainers(absl::StrCat(kRunnerLabel, "=", runner));
  if (!containers.ok()) return;
  for (const auto& container : *containers) docker.RemoveContainer(container.id).IgnoreError();
}

ContainerPolicy PolicyOf(const Config& config, const docker::EngineLimits& limits) {
  ContainerPolicy policy;
  policy.runner = config.name;
  policy.memory_bytes = limits.memory ? config.job_memory_mb << 20 : 0;
  const int64_t cpus = std::min(config.job_cpus, limits.cpu_count);
  policy.nano_cpus = limits.cpus ? cpus * 1'000'000'000 : 0;
  policy.pids_limit = limits.pids ? config.job_pids : 0;
  policy.disk_bytes = config.job_disk_mb << 20;
  policy.profile = ProfileNamed(config.job_profile);
  policy.fork_profile = ProfileNamed(config.fork_profile);
  policy.runtime = config.job_runtime;
  if (!limits.memory || !limits.cpus || !limits.pids) {
    Log(Severity::kWarning, "this Docker engine cannot limit all that jobs use");
  }
  return policy;
}

}  // namespace

// Of a registered runner; of another nothing is asked of it.
struct Runner::Credentials {
  Credentials(std::shared_ptr<grpc::Channel> channel, const Config& config)
      : keeper(std::move(channel),
               {.folder = config.cache_dir,
                .runner = config.name,
                .registration_token = config.registration_token},
               clock, random) {}

  SystemClock clock;
  SystemRandom random;
  CredentialKeeper keeper;
};

absl::StatusOr<std::unique_ptr<Runner>> Runner::Start(const Config& config, const Pause& pause,
                                                      Events events) {
  Config complete = config;
  KOZMIC_ASSIGN_OR_RETURN(complete.work_dir, MakeFolder(config.work_dir));
  KOZMIC_ASSIGN_OR_RETURN(complete.cache_dir, MakeFolder(config.cache_dir));
  GitUser git_user;
  if (!config.git_user.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(git_user, GitUser::Find(config.git_user));
  }
  for (const std::string& folder : {complete.work_dir, complete.cache_dir}) {
    KOZMIC_RETURN_IF_ERROR(git_user.CheckMayEnter(folder));
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string init_path,
                          InstallInit(config.init_path, complete.work_dir));
  KOZMIC_ASSIGN_OR_RETURN(std::unique_ptr<docker::DockerClient> docker,
                          docker::DockerClient::Create(config.docker_host));
  std::unique_ptr<CacheRegistry> registry;
  if (!config.cache_registry.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(
        registry, CacheRegistry::Create(*docker, config.cache_registry,
                                        config.cache_registry_auth_file, CacheRegistry::Options{}));
  }
  SystemRandom random;
  docker::EngineLimits limits;
  docker::EngineIsolation isolation;
  KOZMIC_RETURN_IF_ERROR(Persist("Docker", pause, random, [&]() -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const docker::EngineVersion version, docker->CheckVersion());
    KOZMIC_ASSIGN_OR_RETURN(limits, docker->GetLimits());
    KOZMIC_ASSIGN_OR_RETURN(isolation, docker->GetIsolation());
    Log(Severity::kInfo, "Docker answers",
        {{"engine", version.engine}, {"api", version.api}, {"runc", version.runc}});
    return absl::OkStatus();
  }));
  ContainerPolicy policy = PolicyOf(complete, limits);
  policy.init_path = init_path;
  KOZMIC_RETURN_IF_ERROR(CheckIsolation(policy, isolation));
  KOZMIC_ASSIGN_OR_RETURN(
      std::unique_ptr<RunnerNetworks> networks,
      RunnerNetworks::Start(*docker, {.runner = config.name,
                                      .network = config.job_network,
                                      .jobs_public_only = config.job_network_policy == "public",
                                      .forks_public_only = config.fork_network_policy == "public",
                                      .allowed = config.job_network_allow}));
  policy.network = networks->jobs();
  policy.fork_network = networks->forks();

  const std::shared_ptr<grpc::Channel> build_channel = MakeChannel(config.build_address);
  auto credentials = std::make_unique<Credentials>(build_channel, complete);
  std::string bearer = config.runner_token;
  if (bearer.empty()) {
    KOZMIC_RETURN_IF_ERROR(Persist("registration", pause, random, [&]() -> absl::Status {
      KOZMIC_ASSIGN_OR_RETURN(bearer, credentials->keeper.Obtain());
      return absl::OkStatus();
    }));
  }
  auto link = std::make_unique<BuildLink>(build_channel, std::move(bearer));
  v1::OpenSessionRequest request;
  request.set_runner(config.name);
  for (const std::string& label : config.labels) request.add_labels(label);
  request.set_slots(static_cast<int32_t>(config.slots));
  request.set_version(kVersion);
  v1::OpenSessionResponse session;
  KOZMIC_RETURN_IF_ERROR(Persist("build service", pause, random, [&]() -> absl::Status {
    auto opened = link->OpenSession(request);
    if (config.runner_token.empty() && IsOut(opened.status())) EndJobs(*docker, config.name);
    KOZMIC_ASSIGN_OR_RETURN(session, std::move(opened));
    return absl::OkStatus();
  }));
  return std::unique_ptr<Runner>(new Runner(complete,
                                            {.docker = std::move(docker),
                                             .git_user = std::move(git_user),
                                             .policy = std::move(policy),
                                             .networks = std::move(networks),
                                             .credentials = std::move(credentials),
                                             .link = std::move(link),
                                             .registry = std::move(registry)},
                                            session, std::move(events)));
}

Runner::Runner(const Config& config, Surroundings surroundings,
               const v1::OpenSessionResponse& session, Events events)
    : docker_(std::move(surroundings.docker)),
      networks_(std::move(surroundings.networks)),
      link_(std::move(surroundings.link)),
      credentials_(std::move(surroundings.credentials)),
      registry_(std::move(surroundings.registry)),
      git_({.cache_folder = config.cache_dir,
            .clone_url_prefixes = config.clone_url_prefixes,
            .local_sources = config.local_sources,
            .user = std::move(surroundings.git_user)}),
      submodules_(git_, {.clone_url_prefixes = config.clone_url_prefixes}),
      pulled_(*docker_),
      images_(*docker_, clock_, pulled_, ImagePuller::Options{}),
      installs_(*docker_, clock_, config.name, static_cast<size_t>(config.cached_images_limit)),
      tidier_(installs_, *link_, registry_.get(), config.cached_images_max_age, kTidyInterval),
      sharing_(
          installs_, *link_, registry_.get(), [this] { tidier_.Wake(); },
          InstallSharing::Options{.kept = static_cast<size_t>(config.cached_images_limit)}),
      jobs_(static_cast<int>(config.slots)),
      warm_(*docker_, surroundings.policy, watcher_, jobs_, clock_, random_,
            {.work_folder = config.work_dir,
             .most = static_cast<int>(config.warm_containers),
             .oldest = config.warm_containers_max_age}),
      renewer_(*link_, jobs_, absl::Seconds(std::max(1, session.renew_seconds())),
               events.superseded),
      session_watch_(
          *link_, random_,
          [this] {
            renewer_.RenewSoon();
            sharing_.LookAgain();
          },
          SessionWatch::Options{}),
      executor_(JobTools{.docker = *docker_,
                         .git = git_,
                         .submodules = submodules_,
                         .images = images_,
                         .installs = installs_,
                         .sharing = sharing_,
                         .last_images = last_images_,
                         .warm = warm_,
                         .link = *link_,
                         .renewer = renewer_,
                         .clock = machine_clock_},
                MakeChannel(config.logstream_address), watcher_, random_,
                JobExecutor::Options{.work_folder = config.work_dir,
                                     .container = std::move(surroundings.policy)}) {
  Log(Severity::kInfo, "session opened",
      {{"runner", config.name}, {"leases", session.leases_size()}});
  for (const v1::Lease& lease : session.leases()) {
    jobs_.Start(lease, [this](Job& job) { executor_.Adopt(job); });
  }
  // Some of them may have been cancelled meanwhile.
  renewer_.RenewSoon();
  sweeper_ = std::make_unique<LeftoverSweeper>(*docker_, jobs_, warm_, installs_, pulled_,
                                               config.name, config.work_dir, kLongestSweepPause);
  leases_ = std::make_unique<LeaseLoop>(
      *link_, jobs_, [this](Job& job) { executor_.Run(job); }, random_, events.superseded);
  if (config.runner_token.empty()) {
    rotation_ = std::make_unique<Worker>([this] { return RotateCredential(); });
  }
  machine_watch_ = std::make_unique<MachineWatch>(
      *docker_,
      MachineWatch::Options{
          .work_folder = config.work_dir,
          .least_free_part = static_cast<double>(config.least_free_disk_percent) / 100,
          .network = [this] { return networks_->status(); }},
      [this, fitness = std::move(events.fitness)](const absl::Status& status) {
        leases_->SetFit(status.ok());
        fitness(status);
      });
}

absl::Duration Runner::RotateCredential() {
  const auto bearer = credentials_->keeper.RotateIfOld();
  if (bearer.ok() && bearer->has_value()) link_->SetBearer(**bearer);
  if (!bearer.ok()) {
    Log(Severity::kWarning, "this runner's credential is not replaced yet",
        {{"error", bearer.status()}});
  }
  return kRotationInterval;
}

Runner::~Runner() {
  rotation_.reset();
  machine_watch_->Stop();
  Drain();
  Detach();
  leases_.reset();
}

void Runner::Drain() {
  leases_->Drain();
  warm_.Drain();
}

bool Runner::WaitForJobs(absl::Time deadline) {
  return jobs_.WaitUntilEmpty(deadline) && sharing_.WaitUntilIdle(deadline);
}

void Runner::Detach() {
  // From now on what is there belongs to the next process.
  sweeper_->Stop();
  tidier_.Stop();
  warm_.Stop();
  jobs_.StopAll(StopReason::kDetach);
  jobs_.WaitUntilEmpty(absl::InfiniteFuture());
}

}  // namespace kozmic::runner
