#ifndef KOZMIC_SERVICES_BUILD_BUILD_STORE_H_
#define KOZMIC_SERVICES_BUILD_BUILD_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"
#include "services/build/lease_store.h"

namespace kozmic::build {

struct NewBuild {
  int64_t project = 0;
  // Not owned.
  const v1::CreateBuildRequest* request = nullptr;
};

// Keeps builds with their jobs. Those of a deleted project (see DeletionStore) are not there.
// Thread-safe; every replica of the service has one on the same database. UNAVAILABLE when the
// database is away.
class BuildStore {
 public:
  virtual ~BuildStore() = default;

  // Creates builds in this order, in one transaction, each with its project's next number and its
  // jobs enqueued; runners that wait hear of them. Older builds that one supersedes, as the
  // project's settings have it, are cancelled with it. The numbers of the builds: 1, 2, 3… without
  // gaps, whoever creates at the same time. The same request_id again: the build that it made,
  // which is then also of the request's pull request. None harms another. NOT_FOUND for a deleted
  // project.
  virtual std::vector<absl::StatusOr<int64_t>> Create(const std::vector<NewBuild>& builds) = 0;

  // NOT_FOUND when there is none.
  virtual absl::StatusOr<v1::Build> Get(int64_t project, int64_t number) = 0;

  // What is empty is not asked for; else as in ListBuildsRequest.
  struct Filter {
    std::string ref = {};
    std::vector<v1::State> states = {};
    std::string ref_text = {};
    std::string author_text = {};
    std::string text = {};

    bool IsRare() const {
      return !states.empty() || !ref_text.empty() || !author_text.empty() || !text.empty();
    }
  };
  struct Page {
    std::vector<v1::Build> builds;
    // Where to go on; 0: there are no more.
    int64_t next_before = 0;
  };
  // A page of a filter that may be rare looks at so many builds at most.
  static constexpr int64_t kLooked = 10'000;
  // Builds with numbers below `before` (0: from the newest), newest first.
  virtual absl::StatusOr<Page> List(int64_t project, const Filter& filter, int64_t before,
                                    int limit) = 0;

  // The newest build of each project that has one. Summaries are without jobs, and of the message
  // they have the first line, cut at 200 characters.
  enum class Form { kWhole, kSummary };
  virtual absl::StatusOr<std::vector<v1::Build>> ListLatest(const std::vector<int64_t>& projects,
                                                            Form form) = 0;

  // The newest 100 attempts at a job, newest first. NOT_FOUND when there is no such job.
  virtual absl::StatusOr<std::vector<v1::Attempt>> ListAttempts(int64_t project, int64_t number,
                                                                int64_t job) = 0;

  // What a job runs; expire_time means nothing. NOT_FOUND when there is no such job.
  virtual absl::StatusOr<GrantedLease> GetSpec(int64_t project, int64_t number, int64_t job) = 0;

  struct Changes {
    // Of the project now: everything up to it is in `builds`, but for builds beyond the limit.
    int64_t revision = 0;
    std::vector<v1::Build> builds;
  };
  // Builds that changed after `revision`, newest first. NOT_FOUND for a deleted project.
  virtual absl::StatusOr<Changes> ListChanges(int64_t project, int64_t after_revision,
                                              int limit) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_STORE_H_
