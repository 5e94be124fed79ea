#include "bench/runner_load/stage.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "lib/docker/image_reference.h"
#include "lib/testing/free_port.h"

namespace kozmic::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kToken[] = "runner-token-of-at-least-32-characters";
constexpr absl::Duration kPatience = absl::Seconds(120);
constexpr absl::Duration kLook = absl::Milliseconds(5);
// A small project's.
constexpr int kFiles = 40;
constexpr int kCommits = 5;

std::string Text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string LogOf(const std::string& attempt) {
  const std::vector<std::string> name = absl::StrSplit(attempt, '/');
  return absl::StrCat("logs/1-1-", name[5], "-1");
}

}  // namespace

void Demand(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::exit(1);
}

Stage::Stage(const std::string& engine)
    : engine_(engine),
      docker_(Demand(docker::DockerClient::Create(engine), "the Docker engine")),
      build_(kToken) {
  char path[] = "/tmp/kozmic-bench-runner-XXXXXX";
  if (mkdtemp(path) == nullptr) Demand(absl::InternalError("mkdtemp failed"), "a folder");
  folder_ = path;
  name_ = absl::StrCat("bench-", getpid());
  registry_ = Demand(RegistryProcess::Start(), "the registry");
  MakeImage();

  git_ = Demand(runner::GitServer::Start(), "the git server");
  for (int commit = 0; commit < kCommits; ++commit) {
    std::map<std::string, std::string> files;
    for (int file = 0; file < kFiles; ++file) {
      files[absl::StrCat("src/", file / 20, "/file-", file)] =
          std::string(2000, static_cast<char>('a' + (file + commit) % 26));
    }
    commit_ = git_->Commit("main", files);
  }
  clone_url_ = git_->url();
  runner::v1::IssueCheckoutResponse checkout;
  checkout.set_clone_url(clone_url_);
  build_.set_checkout(checkout);
  server_ = Demand(RpcServer::Start("127.0.0.1:0", {&build_, &logstream_}), "the services");
}

Stage::~Stage() {
  StopRunner();
  docker_->RemoveImage(image_, /*force=*/true).IgnoreError();
  // What install scripts led to.
  const auto kept = docker_->ListImages(absl::StrCat("kozmic.cache.runner=", name_));
  if (kept.ok()) {
    for (const auto& image : *kept) docker_->RemoveImage(image.id, /*force=*/true).IgnoreError();
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Stage::MakeImage() {
  image_ = registry_->address() + "/bench:1";
  ImageTar tar = DockerTest::SmallImage();
  tar.File("bin/probe", Text("bench/runner_load/probe"), 0755);
  Demand(DockerTest::ImportImageInto(*docker_, registry_->address() + "/bench", "1", tar.Bytes()),
         "make the image");
  const auto reference = Demand(docker::ParseImageReference(image_), "the image's name");
  Demand(docker_->PushImage(reference, nullptr, kPatience, {}, nullptr), "push the image");
}

void Stage::StartRunner(int slots, int warm_containers) {
  StopRunner();
  const std::string config = folder_ + "/runner.yaml";
  std::ofstream(config) << "listen: 127.0.0.1:" << FreePort()
                        << "\nbuild_address: " << server_->address()
                        << "\nlogstream_address: " << server_->address()
                        << "\nrunner_token: " << kToken << "\nname: " << name_
                        << "\nslots: " << slots << "\ndocker_host: " << engine_
                        << "\nwork_dir: " << folder_ << "/work\ncache_dir: " << folder_ << "/cache"
                        << "\ninit_path: "
                        << fs::canonical("services/runner/init/kozmic-init").string()
                        // As the floor's containers.
                        << "\njob_network_policy: open\nfork_network_policy: open\n";
  if (warm_containers > 0) {
    std::ofstream(config, std::ios::app) << "warm_containers: " << warm_containers << "\n";
  }
  runner_ = std::make_unique<runner::RunnerProcess>(fs::canonical("services/runner/runner"), config,
                                                    folder_ + "/runner.log");
  runner_->Start();
}

void Stage::StopRunner() {
  if (runner_ == nullptr) return;
  runner_->Signal(SIGTERM);
  if (runner_->Wait(kPatience) != 0) {
    Demand(absl::InternalError(Text(folder_ + "/runner.log")), "the runner did not end well");
  }
  runner_.reset();
}

runner::v1::JobSpec Stage::Spec(const std::string& script) const {
  runner::v1::JobSpec spec;
  spec.set_project("projects/1");
  spec.set_repository("owner/name");
  spec.set_ref("refs/heads/main");
  spec.set_commit(commit_);
  spec.set_title("tests");
  spec.set_image(image_);
  spec.set_script(script);
  (*spec.mutable_environment())["KOZMIC_BRANCH"] = "main";
  return spec;
}

void Stage::WaitForEnd(const std::string& attempt) {
  const auto end = build_.WaitForFinish(attempt, kPatience);
  if (end && end->outcome() == runner::v1::FinishJobRequest::OUTCOME_EXITED &&
      end->exit_code() == 0) {
    return;
  }
  Demand(absl::InternalError(absl::StrCat(end ? end->ShortDebugString() : "it has not ended", "\n",
                                          logstream_.Log(LogOf(attempt)), "\n",
                                          Text(folder_ + "/runner.log"))),
         attempt);
}

std::vector<int64_t> Stage::Numbers(const std::string& attempt) const {
  std::vector<int64_t> numbers;
  for (const absl::string_view line : absl::StrSplit(logstream_.Log(LogOf(attempt)), '\n')) {
    int64_t number = 0;
    if (absl::SimpleAtoi(line, &number)) numbers.push_back(number);
  }
  return numbers;
}

void Stage::WaitForRest(int warm_containers) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (absl::Now() < deadline) {
    int ready = 0;
    int busy = 0;
    std::error_code error;
    for (fs::directory_iterator at(folder_ + "/work", error), end; !error && at != end;
         at.increment(error)) {
      if (!at->is_directory(error)) continue;
      ++(fs::exists(at->path() / "job/ready", error) &&
                 !fs::exists(at->path() / "lease.json", error)
             ? ready
             : busy);
    }
    const auto containers = docker_->ListContainers("kozmic.runner=" + name_);
    Demand(containers.status(), "list containers");
    if (busy == 0 && ready == warm_containers &&
        containers->size() == static_cast<size_t>(warm_containers)) {
      return;
    }
    absl::SleepFor(kLook);
  }
  Demand(absl::DeadlineExceededError(Text(folder_ + "/runner.log")), "the runner has no rest");
}

std::string Stage::NewFolder() {
  const std::string path = absl::StrCat(folder_, "/bare-", ++folders_);
  fs::create_directory(path);
  return path;
}

}  // namespace kozmic::bench
