#include "services/build/admin/queue_rows.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "services/build/domain/wait_text.h"
#include "services/build/row_times.h"
#include "services/build/wait_rows.h"

namespace kozmic::build {
namespace {

// Each set of labels has its own part of the queue, of which only the head is read.
constexpr char kNextPlaces[] =
    "WITH open AS (SELECT head.* FROM label_sets s CROSS JOIN LATERAL ("
    "    SELECT j.rank, j.job_id FROM jobs j JOIN projects p USING (project_id) "
    "    WHERE j.state = 1 AND j.gate = 1 AND j.label_set = s.label_set "
    "      AND p.delete_time IS NULL AND (j.rank, j.job_id) > ($1, $2) "
    "    ORDER BY j.rank, j.job_id LIMIT $3) head), "
    "  held AS (SELECT j.rank, j.job_id FROM jobs j JOIN projects p USING (project_id) "
    "    WHERE j.state = 1 AND j.gate <> 1 AND p.delete_time IS NULL "
    "      AND (j.rank, j.job_id) > ($1, $2) ORDER BY j.rank, j.job_id LIMIT $3), "
    "  place AS (SELECT * FROM open UNION ALL SELECT * FROM held ORDER BY 1, 2 LIMIT $3) ";

// What reads the rows of `place`, which `with` makes.
std::string SelectPlaces(const char* with) {
  return absl::StrCat(with,
                      "SELECT place.rank, j.job_id, j.project_id, b.number AS build, j.number, "
                      "b.repository, b.ref, j.title, s.labels, ",
                      Micros("j.queue_time"),
                      " AS queued FROM place JOIN jobs j ON j.job_id = place.job_id "
                      "JOIN builds b USING (build_id) JOIN label_sets s USING (label_set) "
                      "ORDER BY place.rank, place.job_id");
}

std::vector<PlacedJob> ReadPlaces(pqxx::transaction_base& tx, const pqxx::result& places) {
  std::vector<PlacedJob> queue;
  std::vector<int64_t> ids;
  for (const auto& row : places) {
    PlacedJob& placed = queue.emplace_back();
    placed.place = {row["rank"].as<int64_t>(), row["job_id"].as<int64_t>()};
    ids.push_back(placed.place.job);
    v1::QueuedJob& job = placed.job;
    job.set_name(absl::StrCat("projects/", row["project_id"].as<int64_t>(), "/builds/",
                              row["build"].as<int64_t>(), "/jobs/", row["number"].as<int>()));
    job.set_repository(row["repository"].c_str());
    job.set_ref(row["ref"].c_str());
    job.set_title(row["title"].c_str());
    for (std::string& label : TextsFromArray(row["labels"])) job.add_labels(std::move(label));
    SetTime(row["queued"], job.mutable_queue_time());
  }
  // Of those that began meanwhile there is none: they are shown as they were.
  const std::map<int64_t, WaitFacts> waits = ReadWaits(tx, ids);
  for (PlacedJob& placed : queue) {
    const auto wait = waits.find(placed.place.job);
    if (wait != waits.end()) *placed.job.mutable_wait() = Explain(wait->second);
  }
  return queue;
}

}  // namespace

std::vector<PlacedJob> ReadQueue(pqxx::transaction_base& tx, const QueuePlace& after, int limit) {
  return ReadPlaces(tx, tx.exec_params(SelectPlaces(kNextPlaces), after.rank, after.job, limit));
}

std::optional<v1::QueuedJob> ReadQueuedJob(pqxx::transaction_base& tx, int64_t job) {
  std::vector<PlacedJob> found =
      ReadPlaces(tx, tx.exec_params(SelectPlaces("WITH place AS (SELECT rank, job_id FROM jobs "
                                                 "  WHERE job_id = $1 AND state = 1) "),
                                    job));
  if (found.empty()) return std::nullopt;
  return std::move(found.front().job);
}

}  // namespace kozmic::build
