#include "tests/faults/world.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/json.h"

namespace kozmic::faults {
namespace {

constexpr int kProjects = 4;
constexpr int kRunners = 2;
constexpr int kSlots = 16;
constexpr int64_t kLogSize = 1 << 20;
// In memory, of which only what is written is taken.
constexpr int64_t kDisk = int64_t{8} << 30;
constexpr absl::Duration kStartTime = absl::Seconds(20);
constexpr absl::Duration kJobTime = absl::Milliseconds(500);
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kAskAgain = absl::Milliseconds(50);

template <typename T>
T Must(const std::string& what, absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", what.c_str(), result.status().ToString().c_str());
  std::exit(1);
}

}  // namespace

bool Within(absl::Duration time, const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + time;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(kAskAgain);
  }
  return true;
}

World& World::Get() {
  static World& world = *new World();
  return world;
}

World::World()
    : installation_({.replicas = 2,
                     .postgres = {.disk = kDisk, .pair = true},
                     .reconcile_interval = absl::Seconds(5)}) {
  installation_.Start();
  // More statuses than GitHub takes in an hour.
  Must("limits", github().Control("PUT", "/rate_limit", {{"login", "octo"}, {"limit", 1000000}}));
  SignInAgain();
  for (int i = 1; i <= kProjects; ++i) {
    projects_.push_back(
        MakeProject(absl::StrCat("faults-", i), PlayedRunner::Script(kLogSize, kJobTime), {}));
  }
  slow_ = MakeProject("slow", PlayedRunner::Script(kLogSize, kSlow), {});
  const Project quiet =
      MakeProject("quiet", PlayedRunner::Script(0, absl::ZeroDuration()), {"never"});
  PushTo(quiet);
  if (!Within(absl::Seconds(30), [&] {
        const auto hook = WebhookSender::Find(installation_, quiet.repository);
        if (hook.ok()) quiet_ = *hook;
        return hook.ok();
      })) {
    std::fprintf(stderr, "GitHub sends no webhooks\n");
    std::exit(1);
  }
  // New hooks are looked at after five minutes at first, since nothing can be missed of them.
  const absl::Status soon =
      installation_.Database("project").Autocommit([](pqxx::nontransaction& tx) {
        tx.exec0("UPDATE hooks SET reconcile_time = now()");
        return absl::OkStatus();
      });
  if (!soon.ok()) std::exit(1);
  for (int i = 1; i <= kRunners; ++i) {
    runners_.push_back(std::make_unique<PlayedRunner>(
        PlayedRunner::Options{.name = absl::StrCat("played-", i),
                              .slots = kSlots,
                              .build_address = installation_.build_address(),
                              .logstream_address = installation_.logstream_address(),
                              .token = Installation::RunnerToken()}));
  }
}

World::Project World::MakeProject(const std::string& name, const std::string& script,
                                  const std::vector<std::string>& branches) {
  const std::string repository = "octo/" + name;
  Must("plant", github().Control("POST", "/seed",
                                 {{"repositories", {{{"owner", "octo"}, {"name", name}}}}}));
  const auto project =
      Must("project", octo_->Change("POST", "/projects", {{"repository", repository}}));
  const std::string id = DumpJson(project["id"]);
  nlohmann::json hook = {{"title", "Play"}, {"image", "debian:12"}, {"script", script}};
  if (!branches.empty()) hook["branches"] = branches;
  Must("hook", octo_->Change("POST", absl::StrCat("/projects/", id, "/hooks"), hook));
  return {id, repository};
}

void World::SignInAgain() {
  absl::StatusOr<Person> person;
  // Services that came up before others reach them within a second.
  Within(kStartTime, [&] {
    person = Person::SignIn(installation_, "octo");
    return person.ok() && person->Get("/projects").ok();
  });
  octo_ = std::make_unique<Person>(Must("sign in", std::move(person)));
}

void World::Mend() {
  Must("faults", github().Control("PUT", "/faults", nlohmann::json::array()));
  Must("limits", github().Control("PUT", "/rate_limit", {{"login", "octo"}, {"limit", 1000000}}));
  installation_.postgres().FreeDisk();
  installation_.postgres().StartIfEnded();
  for (const char* name :
       {"gateway", "auth", "project-1", "project-2", "build-1", "build-2", "logstream"}) {
    Process& process = installation_.at(name);
    if (!process.running()) process.Start();
    process.Resume();
    installation_.AwaitServing(name);
  }
}

std::string World::PushTo(const Project& project) {
  const auto commit =
      Must("push",
           github().Control("POST", absl::StrCat("/repositories/", project.repository, "/commits"),
                            {{"login", "octo"}, {"message", absl::StrCat(++pushes_)}}));
  return JsonText(commit, "sha").value_or("");
}

std::string World::Push() {
  return PushTo(projects_[static_cast<size_t>(pushes_) % projects_.size()]);
}

World::SlowBuild World::PushSlow() { return {PushTo(slow_), slow_.id}; }

std::string World::AwaitLog(const std::string& commit) {
  std::string log;
  Within(absl::Seconds(30), [&] {
    installation_.Database("build")
        .Autocommit([&](pqxx::nontransaction& tx) {
          for (const auto& row : tx.exec_params(
                   "SELECT b.project_id || '/' || b.number || '/' || j.number || '/' || j.attempt "
                   "FROM builds b JOIN jobs j USING (build_id) JOIN attempts USING "
                   "(job_id, attempt) WHERE b.commit = $1",
                   commit)) {
            log = row[0].c_str();
          }
          return absl::OkStatus();
        })
        .IgnoreError();
    return !log.empty();
  });
  return log;
}

std::map<std::string, PlayedRunner::Played> World::played() const {
  std::map<std::string, PlayedRunner::Played> all;
  for (const auto& runner : runners_) all.merge(runner->played());
  return all;
}

int64_t World::JournalEnd() {
  return JsonInteger(Must("journal", github().Journal(INT32_MAX)), "last").value_or(0);
}

std::vector<nlohmann::json> World::JournalAfter(int64_t entry) {
  std::vector<nlohmann::json> entries;
  while (true) {
    const auto page = Must("journal", github().Journal(entry));
    if (page["entries"].empty()) return entries;
    for (const nlohmann::json& one : page["entries"]) entries.push_back(one);
    entry = JsonInteger(entries.back(), "seq").value_or(0);
  }
}

Load::Load(World& world, int pushes) {
  thread_ = std::thread([this, &world, pushes] {
    for (int i = 0; i < pushes; ++i) {
      const absl::Time next = absl::Now() + kPause;
      commits_.push_back(world.Push());
      absl::SleepFor(next - absl::Now());
    }
  });
}

Load::~Load() {
  if (thread_.joinable()) thread_.join();
}

std::vector<std::string> Load::Commits() {
  if (thread_.joinable()) thread_.join();
  return commits_;
}

}  // namespace kozmic::faults
