#ifndef KOZMIC_SERVICES_BUILD_BUILD_WRITER_H_
#define KOZMIC_SERVICES_BUILD_BUILD_WRITER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pqxx/pqxx"
#include "services/build/domain/build_model.h"

namespace kozmic::build {

// A project, as far as its builds depend on it.
struct ProjectModel {
  int64_t id = 0;
  int64_t revision = 0;
  int64_t last_rank = 0;
  bool fail_fast = false;
  bool retry_lost = false;
  int max_parallel = 0;
  // Runners are given none of its jobs.
  bool paused = false;
};

// The one way in which builds and their jobs change: in a transaction, any number of builds at
// once, each statement for all of them. Every writer locks the projects first, in the order of
// their numbers, and only then reads what it changes, so nothing of a project changes meanwhile and
// no two writers wait for each other in a circle.
//
//   BuildWriter writer(tx, public_url);
//   writer.Lock({7});
//   writer.Load({{7, 12}});
//   BuildModel* build = writer.Find(7, 12);   // null: there is none, or its project is deleted
//   … build->Cancel(…) …
//   writer.Save();
//
// Save() also gives out revisions, wishes commit statuses, notes verdicts for mail and outgoing
// webhooks, opens gates, and tells whoever listens.
// Not thread-safe.
class BuildWriter {
 public:
  // Project and number.
  using Key = std::pair<int64_t, int64_t>;

  // `tx` must outlive this. `public_url`: where the builds' pages are.
  BuildWriter(pqxx::transaction_base& tx, const std::string& public_url)
      : tx_(tx), public_url_(public_url) {}

  // Once. Projects that are unknown or deleted are left out.
  void Lock(const std::set<int64_t>& projects);
  // Null when it was left out.
  ProjectModel* FindProject(int64_t project);

  // Adds to what was loaded. Of projects that were locked.
  void Load(const std::set<Key>& builds);
  void LoadIds(const std::set<int64_t>& build_ids);
  BuildModel* Find(int64_t project, int64_t number);
  BuildModel* FindId(int64_t build_id);

  // Something of the build is to be seen that is not in its model (a phase).
  void Touch(BuildModel& build) { build.changed = true; }

  // Once, at the end.
  void Save();

 private:
  using Job = std::pair<BuildModel*, JobModel*>;

  void Read(const std::string& where, const std::string& ids);
  void SaveJobs(const std::vector<Job>& jobs);
  void SaveBuilds(const std::vector<BuildModel*>& builds);
  void SaveProjects(const std::set<int64_t>& projects);
  void OpenGatesAfter(const std::vector<Job>& jobs);
  void WishStatuses(const std::vector<BuildModel*>& builds);
  void NoteVerdicts(const std::vector<BuildModel*>& builds);
  void Tell(const std::vector<BuildModel*>& builds, const std::vector<Job>& jobs);

  pqxx::transaction_base& tx_;
  const std::string& public_url_;
  std::map<int64_t, ProjectModel> projects_;
  std::map<int64_t, BuildModel> builds_;
  std::map<Key, int64_t> ids_;
  bool status_wished_ = false;
  bool gates_opened_ = false;
};

// Places to open for where there is no limit: each job that leaves opens the next.
inline constexpr int kManyPlaces = 1000;

// Opens the gates of at most `places` jobs in each set of labels that the project's limit holds
// back. True: some were opened.
bool OpenProjectGates(pqxx::transaction_base& tx, int64_t project, int places);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_WRITER_H_
