#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/admin/admin_store.h"
#include "services/build/admin/project_rows.h"
#include "services/build/admin/queue_rows.h"
#include "services/build/admin/runner_rows.h"
#include "services/build/admin/untold_rows.h"
#include "services/build/channels.h"
#include "services/build/wait_rows.h"

namespace kozmic::build {
namespace {

constexpr int kMostCounted = 10000;

absl::Status NoRunner() { return absl::NotFoundError("no such runner"); }

std::string TokenOf(const QueuePlace& place) { return absl::StrCat(place.rank, ".", place.job); }

absl::StatusOr<QueuePlace> PlaceOf(absl::string_view token) {
  QueuePlace place;
  if (token.empty()) return place;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(token, absl::MaxSplits('.', 1));
  if (!absl::SimpleAtoi(parts.first, &place.rank) || !absl::SimpleAtoi(parts.second, &place.job)) {
    return absl::InvalidArgumentError("page_token: not one that ListQueue answered");
  }
  return place;
}

// Of jobs of a state, as far as is counted.
int Count(pqxx::transaction_base& tx, v1::State state) {
  return tx
      .exec_params1(
          absl::StrCat(
              "SELECT count(*) FROM (SELECT FROM jobs j JOIN projects p USING (project_id) "
              // Named, so that the partial indexes serve.
              "WHERE j.state = ",
              static_cast<int>(state), " AND p.delete_time IS NULL LIMIT $1) AS counted"),
          kMostCounted)[0]
      .as<int>();
}

class PostgresAdminStore final : public AdminStore {
 public:
  explicit PostgresAdminStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<v1::ListRunnersResponse> ListRunners(absl::string_view after,
                                                      int page_size) override {
    v1::ListRunnersResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      response.Clear();
      for (v1::Runner& runner : ReadRunners(tx, std::string(after), page_size + 1)) {
        response.add_runners()->Swap(&runner);
      }
      return absl::OkStatus();
    }));
    if (response.runners_size() > page_size) {
      response.mutable_runners()->RemoveLast();
      response.set_next_page_token(
          std::string(absl::StripPrefix(response.runners(page_size - 1).name(), "runners/")));
    }
    return response;
  }

  absl::StatusOr<v1::Runner> SetPaused(const std::string& runner, const std::string& by) override {
    v1::Runner changed;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // Grants lock the row: when this commits there is none under way.
      const pqxx::result rows = tx.exec_params(
          "UPDATE runners SET paused_by = $2, pause_time = CASE WHEN $2 <> '' THEN now() END "
          "WHERE runner = $1 AND (paused_by = '') <> ($2 = '') RETURNING runner",
          runner, by);
      if (!rows.empty() && by.empty()) tx.exec_params("SELECT pg_notify($1, '')", kJobsChannel);
      std::vector<v1::Runner> found = ReadRunner(tx, runner);
      if (found.empty()) return NoRunner();
      changed = std::move(found.front());
      return absl::OkStatus();
    }));
    return changed;
  }

  absl::Status DeleteRunner(const std::string& runner) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      tx.exec_params("SELECT FROM runner_credentials WHERE runner = $1 FOR UPDATE", runner);
      const pqxx::result rows = tx.exec_params(
          absl::StrCat("SELECT (", kSeenOfLate,
                       "  AND NOT EXISTS (SELECT FROM runner_credentials c "
                       "    WHERE c.runner = r.runner AND c.revoke_time IS NOT NULL)) "
                       "OR EXISTS (SELECT FROM attempts a WHERE a.runner = r.runner "
                       "  AND a.state = 2) FROM runners r WHERE r.runner = $1 FOR UPDATE"),
          runner);
      if (rows.empty()) return NoRunner();
      if (rows[0][0].as<bool>()) {
        return WithReason(
            absl::FailedPreconditionError("the runner was there a moment ago, or still has a job"),
            "runner_online");
      }
      tx.exec_params("DELETE FROM runner_credentials WHERE runner = $1", runner);
      tx.exec_params("DELETE FROM runners WHERE runner = $1", runner);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<v1::Runner> GetRunner(const std::string& runner) override {
    v1::Runner got;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      std::vector<v1::Runner> found = ReadRunner(tx, runner);
      if (found.empty()) return NoRunner();
      got = std::move(found.front());
      return absl::OkStatus();
    }));
    return got;
  }

  absl::StatusOr<v1::ListQueueResponse> ListQueue(absl::string_view page_token,
                                                  int page_size) override {
    KOZMIC_ASSIGN_OR_RETURN(const QueuePlace after, PlaceOf(page_token));
    v1::ListQueueResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      response.Clear();
      std::vector<PlacedJob> queue = ReadQueue(tx, after, page_size + 1);
      if (queue.size() > static_cast<size_t>(page_size)) {
        queue.pop_back();
        response.set_next_page_token(TokenOf(queue.back().place));
      }
      for (PlacedJob& placed : queue) response.add_jobs()->Swap(&placed.job);
      response.set_waiting(Count(tx, v1::STATE_ENQUEUED));
      response.set_running(Count(tx, v1::STATE_PENDING));
      return absl::OkStatus();
    }));
    return response;
  }

  absl::StatusOr<v1::QueuedJob> MoveJob(int64_t project, int64_t build, int64_t number,
                                        bool first) override {
    v1::QueuedJob moved;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // With the project locked the job is neither granted nor ended meanwhile.
      tx.exec_params("SELECT FROM projects WHERE project_id = $1 FOR UPDATE", project);
      const pqxx::result rows = tx.exec_params(
          "SELECT j.job_id, j.state FROM builds b JOIN jobs j USING (build_id) "
          "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL "
          "WHERE b.project_id = $1 AND b.number = $2 AND j.number = $3",
          project, build, number);
      if (rows.empty()) return absl::NotFoundError("no such job");
      if (rows[0][1].as<int>() != v1::STATE_ENQUEUED) return NotWaiting();
      const auto job = rows[0][0].as<int64_t>();
      tx.exec_params(
          // Named, so that the partial indexes serve.
          absl::StrCat("UPDATE jobs SET rank = coalesce((SELECT ",
                       first ? "min(rank) - 1" : "max(rank) + 1",
                       " FROM jobs WHERE state = 1 AND job_id <> $1), rank) WHERE job_id = $1"),
          job);
      tx.exec_params("SELECT pg_notify($1, '')", kJobsChannel);
      auto read = ReadQueuedJob(tx, job);
      if (!read) return NotWaiting();
      moved = *std::move(read);
      return absl::OkStatus();
    }));
    return moved;
  }

  absl::StatusOr<v1::PausedProject> SetProjectPaused(int64_t project,
                                                     const std::string& by) override {
    v1::PausedProject changed;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact(
        [&](pqxx::work& tx) -> absl::Status { return PauseProject(tx, project, by, &changed); }));
    return changed;
  }

  absl::StatusOr<v1::ListPausedProjectsResponse> ListPausedProjects() override {
    v1::ListPausedProjectsResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      response = ReadPausedProjects(tx);
      return absl::OkStatus();
    }));
    return response;
  }

  absl::StatusOr<v1::ListUntoldResponse> ListUntold(int64_t project) override {
    v1::ListUntoldResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      response = ReadUntold(tx, project);
      return absl::OkStatus();
    }));
    return response;
  }

  absl::StatusOr<int> RetryUntold(int64_t project) override {
    int retried = 0;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      retried = RetryUntoldNow(tx, project);
      return absl::OkStatus();
    }));
    return retried;
  }

 private:
  static absl::Status NotWaiting() {
    return WithReason(absl::FailedPreconditionError("the job does not wait for a runner"),
                      "not_waiting");
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<AdminStore> NewPostgresAdminStore(PostgresPool& pool) {
  return std::make_unique<PostgresAdminStore>(pool);
}

}  // namespace kozmic::build
