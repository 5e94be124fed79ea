#include "services/build/postgres_build_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/build_creation.h"
#include "services/build/build_rows.h"
#include "services/build/lease_rows.h"

namespace kozmic::build {
namespace {

constexpr int kMostAttemptsListed = 100;

class PostgresBuildStore final : public BuildStore {
 public:
  PostgresBuildStore(PostgresPool& pool, std::string public_url)
      : pool_(pool), public_url_(std::move(public_url)) {}

  std::vector<absl::StatusOr<int64_t>> Create(const std::vector<NewBuild>& builds) override {
    std::vector<absl::StatusOr<int64_t>> numbers = Insert(builds);
    for (size_t i = 0; i < builds.size(); ++i) {
      if (!numbers[i].ok()) numbers[i] = FindMade(builds[i], numbers[i].status());
    }
    return numbers;
  }

  absl::StatusOr<v1::Build> Get(int64_t project, int64_t number) override {
    return GetOne("WHERE b.project_id = $1 AND b.number = $2", project, number);
  }

  absl::StatusOr<Page> List(int64_t project, const Filter& filter, int64_t before,
                            int limit) override {
    if (before <= 0) before = INT64_MAX;
    if (filter.IsRare()) return ListRare(project, filter, before, limit);
    Page page;
    if (filter.ref.empty()) {
      KOZMIC_ASSIGN_OR_RETURN(
          page.builds,
          GetMany("WHERE b.project_id = $1 AND b.number < $2 ORDER BY b.number DESC LIMIT $3",
                  project, before, limit + 1));
    } else {
      KOZMIC_ASSIGN_OR_RETURN(page.builds,
                              GetMany("WHERE b.project_id = $1 AND b.number < $2 AND b.ref = $4 "
                                      "ORDER BY b.number DESC LIMIT $3",
                                      project, before, limit + 1, filter.ref));
    }
    CutTo(limit, page);
    return page;
  }

  absl::StatusOr<std::vector<v1::Build>> ListLatest(const std::vector<int64_t>& projects,
                                                    Form form) override {
    const std::string ids = absl::StrCat("{", absl::StrJoin(projects, ","), "}");
    // By way of the projects' last numbers: each build is one look into the index builds_number.
    const std::string where =
        "WHERE p.project_id = ANY($1::bigint[]) AND b.number = p.last_number "
        "ORDER BY b.create_time DESC";
    std::vector<v1::Build> builds;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      builds = form == Form::kSummary ? ReadSummaries(tx, where, ids) : ReadBuilds(tx, where, ids);
      return absl::OkStatus();
    }));
    return builds;
  }

  absl::StatusOr<std::vector<v1::Attempt>> ListAttempts(int64_t project, int64_t number,
                                                        int64_t job) override {
    KOZMIC_ASSIGN_OR_RETURN(const v1::Build build, Get(project, number));
    if (job < 1 || job > build.jobs_size()) return absl::NotFoundError("no such job");
    std::vector<v1::Attempt> attempts;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      attempts = ReadAttempts(tx, project, number, job, kMostAttemptsListed);
      return absl::OkStatus();
    }));
    return attempts;
  }

  absl::StatusOr<GrantedLease> GetSpec(int64_t project, int64_t number, int64_t job) override {
    std::optional<GrantedLease> spec;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      spec = ReadSpec(tx, project, number, job);
      return absl::OkStatus();
    }));
    if (!spec) return absl::NotFoundError("no such job");
    return *std::move(spec);
  }

  absl::StatusOr<Changes> ListChanges(int64_t project, int64_t after_revision, int limit) override {
    Changes changes;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      // The revision is read before the builds: what changes between the two comes again.
      const pqxx::result rows = ExecPrepared(
          tx, "SELECT revision, delete_time IS NOT NULL FROM projects WHERE project_id = $1",
          project);
      if (!rows.empty() && rows[0][1].as<bool>()) return Deleted();
      changes.revision = rows.empty() ? 0 : rows[0][0].as<int64_t>();
      if (changes.revision > after_revision) {
        changes.builds = ReadBuilds(
            tx, "WHERE b.project_id = $1 AND b.revision > $2 ORDER BY b.number DESC LIMIT $3",
            project, after_revision, limit);
      }
      return absl::OkStatus();
    }));
    return changes;
  }

 private:
  static absl::Status Deleted() { return absl::NotFoundError("the project is deleted"); }

  // `status`: why it was not created; it may have been made before.
  absl::StatusOr<int64_t> FindMade(const NewBuild& build, const absl::Status& status) {
    // Also after an ambiguous commit: the request id tells whether it happened.
    if (absl::IsAlreadyExists(status) || Reason(status) == "in_doubt") {
      const absl::StatusOr<v1::Build> existing =
          GetOne("WHERE b.project_id = $1 AND b.request_id = $2", build.project,
                 build.request->request_id());
      if (existing.ok()) {
        if (build.request->pull_request() > 0 && existing->pull_request() == 0) {
          KOZMIC_RETURN_IF_ERROR(Join(build));
        }
        return existing->number();
      }
      if (absl::IsAlreadyExists(status)) return existing.status();
    }
    return Annotate(status, absl::StrCat("create a build of project ", build.project));
  }

  std::vector<absl::StatusOr<int64_t>> Insert(const std::vector<NewBuild>& builds) {
    std::vector<absl::StatusOr<int64_t>> numbers;
    const absl::Status status = pool_.Transact([&](pqxx::work& tx) {
      numbers = InsertBuilds(tx, public_url_, builds);
      return absl::OkStatus();
    });
    if (status.ok()) return numbers;
    numbers.assign(builds.size(), status);
    if (!IsRetryable(status) && builds.size() > 1) {
      // One that the database refuses does not harm the others.
      for (size_t i = 0; i < builds.size(); ++i) numbers[i] = Insert({builds[i]}).front();
    }
    return numbers;
  }

  absl::Status Join(const NewBuild& build) {
    return pool_.Transact([&](pqxx::work& tx) {
      const absl::Status joined = JoinPullRequest(tx, public_url_, build.project, *build.request);
      // Somebody else has joined it meanwhile.
      return absl::IsNotFound(joined) ? absl::OkStatus() : joined;
    });
  }

  static void CutTo(int limit, Page& page) {
    if (static_cast<int>(page.builds.size()) <= limit) return;
    page.builds.pop_back();
    page.next_before = page.builds.back().number();
  }

  // Numbers have no gaps, so a range of them is a number of builds.
  absl::StatusOr<Page> ListRare(int64_t project, const Filter& filter, int64_t before, int limit) {
    const std::vector<int64_t> states(filter.states.begin(), filter.states.end());
    int64_t last = 0;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      last = 0;
      for (const auto& row :
           ExecPrepared(tx, "SELECT last_number FROM projects WHERE project_id = $1", project)) {
        last = row[0].as<int64_t>();
      }
      return absl::OkStatus();
    }));
    before = std::min(before, last + 1);
    const int64_t first = std::max<int64_t>(1, before - kLooked);
    Page page;
    KOZMIC_ASSIGN_OR_RETURN(
        page.builds,
        GetMany(
            "WHERE b.project_id = $1 AND b.number < $2 AND b.number >= $4 "
            "AND ($5::text = '' OR b.ref = $5) "
            "AND ($6::bigint[] = '{}' OR b.state = ANY($6::bigint[])) "
            "AND strpos(lower(regexp_replace(b.ref, '^refs/(heads|tags|pull)/', '')), "
            "lower($7::text)) "
            "  > 0 "
            "AND strpos(lower(b.author_login || chr(10) || b.author_name), lower($8::text)) > 0 "
            "AND (strpos(lower(left(b.message, 10000)), lower($9::text)) > 0 OR "
            "starts_with(b.commit, lower($9::text)) "
            "  OR b.number::text = ltrim($9::text, '#')) "
            "ORDER BY b.number DESC LIMIT $3",
            project, before, limit + 1, first, filter.ref, ToArray(states), filter.ref_text,
            filter.author_text, filter.text));
    CutTo(limit, page);
    if (page.next_before == 0 && first > 1) page.next_before = first;
    return page;
  }

  template <typename... Parameters>
  absl::StatusOr<std::vector<v1::Build>> GetMany(const std::string& where,
                                                 const Parameters&... parameters) {
    std::vector<v1::Build> builds;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      builds = ReadBuilds(tx, where, parameters...);
      return absl::OkStatus();
    }));
    return builds;
  }

  template <typename... Parameters>
  absl::StatusOr<v1::Build> GetOne(const std::string& where, const Parameters&... parameters) {
    KOZMIC_ASSIGN_OR_RETURN(std::vector<v1::Build> builds, GetMany(where, parameters...));
    if (builds.empty()) return absl::NotFoundError("no such build");
    return std::move(builds.front());
  }

  PostgresPool& pool_;
  const std::string public_url_;
};

}  // namespace

std::unique_ptr<BuildStore> NewPostgresBuildStore(PostgresPool& pool, std::string public_url) {
  return std::make_unique<PostgresBuildStore>(pool, std::move(public_url));
}

}  // namespace kozmic::build
