#ifndef KOZMIC_TESTS_FAULTS_WORLD_H_
#define KOZMIC_TESTS_FAULTS_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"
#include "tests/installation/played_runner.h"
#include "tests/installation/webhook_sender.h"

namespace kozmic::faults {

// The installation that all rows of the fault matrix harm in turn, with its projects, people and
// runners (32 slots in all). Used by the test's main thread.
class World {
 public:
  // The one of this process.
  static World& Get();

  // Everything runs and answers, and GitHub is well.
  void Mend();

  Installation& installation() { return installation_; }
  GithubSimulator& github() { return installation_.github(); }
  Person& octo() { return *octo_; }
  // Signs in anew.
  void SignInAgain();

  // A push to GitHub in one of the projects; its commit.
  std::string Push();
  // The project whose hook wants no branch that is pushed to, for deliveries past GitHub.
  const WebhookSender::Hook& quiet() const { return quiet_; }
  // A build whose log grows in eight steps over so long; its commit, and its project.
  struct SlowBuild {
    std::string commit;
    std::string project;
  };
  SlowBuild PushSlow();
  // The log of a build's only attempt, as the API names it, once there is one.
  std::string AwaitLog(const std::string& commit);
  static constexpr absl::Duration kSlow = absl::Seconds(4);

  // What all attempts wrote whose script began, of all runners.
  std::map<std::string, PlayedRunner::Played> played() const;
  // The end of GitHub's journal.
  int64_t JournalEnd();
  // What GitHub noted after an entry.
  std::vector<nlohmann::json> JournalAfter(int64_t entry);

 private:
  World();

  struct Project {
    std::string id;
    std::string repository;
  };
  Project MakeProject(const std::string& name, const std::string& script,
                      const std::vector<std::string>& branches);
  std::string PushTo(const Project& project);

  Installation installation_;
  std::unique_ptr<Person> octo_;
  std::vector<std::unique_ptr<PlayedRunner>> runners_;
  std::vector<Project> projects_;
  Project slow_;
  WebhookSender::Hook quiet_;
  int64_t pushes_ = 0;
};

// Pushes ten times a second on a thread of its own, while this is there.
class Load {
 public:
  // Of so many pushes.
  Load(World& world, int pushes);
  ~Load();

  // Waits until all are pushed; their commits.
  std::vector<std::string> Commits();

 private:
  std::vector<std::string> commits_;
  std::thread thread_;
};

// Whether a condition holds before the deadline.
bool Within(absl::Duration time, const std::function<bool()>& condition);

// Fails the test unless, within `time`, each commit has exactly one build, which succeeded, of one
// attempt whose log is what its script wrote, and which GitHub was told once and last; and unless
// the invariants hold. `journal`: JournalEnd() before the first push.
void ExpectAllBuilt(World& world, const std::vector<std::string>& commits, int64_t journal,
                    absl::Duration time);

}  // namespace kozmic::faults

#endif  // KOZMIC_TESTS_FAULTS_WORLD_H_
