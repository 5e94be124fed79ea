#include "bench/orchestration_load/measurements.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/orchestration_load/load.h"

namespace kozmic::bench {
namespace {

constexpr int kRunners = 100;
constexpr int kProjects = 1000;
// Builds of one call.
constexpr int kTogether = 32;
constexpr int kWarmUp = 2000;
constexpr int kJobs = 5000;
constexpr int kRounds = 3;
// A life needs three commits if nothing is done together: enqueue, lease, finish.
constexpr double kCommitsPerLife = 3;

constexpr int kWakeUps = 1000;

constexpr int kShortQueue = 1000;
constexpr int kShortRounds = 10;
constexpr int kLongQueue = 1000000;
constexpr int kManyRunners = 10000;
constexpr int kJobsPerBuild = 4;

constexpr absl::Duration kPatience = absl::Minutes(5);

double At(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(static_cast<double>(values.size()) * share))];
}

// Builds of four jobs each that wait for runners, in all projects alike, planted past the service.
void Plant(const Installation& installation, int jobs) {
  const int builds = jobs / kJobsPerBuild;
  installation.Execute(absl::StrCat(
      "INSERT INTO projects (project_id) SELECT generate_series(1, ", kProjects,
      ") ON CONFLICT DO NOTHING;", "CREATE TEMPORARY TABLE planted AS SELECT n, 1 + n % ",
      kProjects,
      " AS project_id, "
      "  p.last_number + 1 + n / ",
      kProjects,
      " AS number "
      "FROM generate_series(0, ",
      builds - 1, ") n JOIN projects p ON p.project_id = 1 + n % ", kProjects, ";",
      "WITH b AS (INSERT INTO builds (project_id, number, request_id, repository, ref, commit, "
      "  commit_url, message, author_name, author_login, author_avatar, revision) "
      "  SELECT project_id, number, 'planted-' || number, 'octo/hello', 'refs/heads/main', "
      "    encode(sha224((project_id || '-' || number)::bytea), 'hex'), 'http://github.test', "
      "    'A change', 'Ann', 'ann', '', 1 FROM planted ORDER BY number, project_id "
      "  RETURNING build_id, project_id, number) "
      "INSERT INTO jobs (build_id, project_id, number, hook, title, image, script, rank) "
      "SELECT b.build_id, b.project_id, k, 'projects/1/hooks/' || k, 'Tests', 'debian:12', 'make', "
      "  p.last_rank + (b.number - p.last_number - 1) * ",
      kJobsPerBuild,
      " + k "
      "FROM b JOIN projects p USING (project_id), generate_series(1, ",
      kJobsPerBuild, ") k;",
      "UPDATE projects p SET last_number = b.number, last_rank = last_rank + "
      "  (b.number - last_number) * ",
      kJobsPerBuild,
      " FROM (SELECT project_id, max(number) "
      "  AS number FROM planted GROUP BY project_id) b WHERE b.project_id = p.project_id;",
      "DROP TABLE planted"));
}

// Leases per second until each of `runners` has one.
double DispatchTo(Runners& runners, int count) {
  const int64_t before = runners.leased();
  const absl::Time begin = absl::Now();
  runners.TakeOne();
  const absl::Time end = runners.AwaitLeased(before + count, kPatience);
  return count / absl::ToDoubleSeconds(end - begin);
}

}  // namespace

void MeasureLife(const Installation& installation, const Floor& floor) {
  Runners runners(installation.address(), kRunners, nullptr);
  Builds builds(installation.address(), kProjects);
  runners.Work();
  builds.Create(kWarmUp, kTogether);
  runners.AwaitFinished(kWarmUp, kPatience);
  std::vector<double> rates;
  for (int round = 0; round < kRounds; ++round) {
    const int64_t before = runners.finished();
    const double service = installation.ServiceCpu();
    const double database = installation.DatabaseCpu();
    const absl::Time begin = absl::Now();
    builds.Create(kJobs, kTogether);
    const absl::Time end = runners.AwaitFinished(before + kJobs, kPatience);
    rates.push_back(kJobs / absl::ToDoubleSeconds(end - begin));
    // What is left to tell when something else keeps the machine busy.
    std::printf(
        "  round %d: %.0f jobs/s; processor time per job: service %.2f ms, "
        "database %.2f ms\n",
        round + 1, rates.back(), 1000 * (installation.ServiceCpu() - service) / kJobs,
        1000 * (installation.DatabaseCpu() - database) / kJobs);
    std::fflush(stdout);
  }
  const int64_t concluded = installation.Number("SELECT count(*) FROM builds WHERE state = 3");
  if (concluded != kWarmUp + kRounds * kJobs) {
    std::printf("WRONG: %ld builds succeeded of %d\n", static_cast<long>(concluded),
                kWarmUp + kRounds * kJobs);
  }
  const double rate = At(rates, 0.5);
  std::printf("whole life of no-op jobs, %d runners, %d projects: %.0f jobs/s, %.2f of the floor\n",
              kRunners, kProjects, rate, rate * kCommitsPerLife / floor.commits);
}

void MeasureWakeUp(const Installation& installation, const Floor& floor) {
  absl::Mutex mutex;
  absl::Time leased_at = absl::InfinitePast();
  Runners runners(installation.address(), kRunners, [&](const runner::v1::Lease&) {
    absl::MutexLock lock(&mutex);
    leased_at = absl::Now();
  });
  Builds builds(installation.address(), kProjects);
  runners.Work();
  std::vector<double> waits;
  for (int i = 0; i < kWakeUps; ++i) {
    const absl::Time begin = absl::Now();
    builds.CreateOne();
    runners.AwaitFinished(i + 1, kPatience);
    absl::MutexLock lock(&mutex);
    waits.push_back(absl::ToDoubleMilliseconds(leased_at - begin));
  }
  const double p50 = At(waits, 0.5);
  const double p99 = At(waits, 0.99);
  std::printf(
      "BatchCreateBuilds sent (before its commit) -> waiting runner answered, %d times: "
      "p50 %.1f ms, p99 %.1f ms, %.1f and %.1f of the floor of two commits\n",
      kWakeUps, p50, p99, p50 / (2 * floor.latency), p99 / (2 * floor.latency));
}

void MeasureDispatch(const Installation& installation) {
  std::vector<double> rates;
  {
    Runners runners(installation.address(), kShortQueue, nullptr);
    for (int round = 0; round < kShortRounds; ++round) {
      Plant(installation, kShortQueue);
      installation.Execute("ANALYZE");
      rates.push_back(DispatchTo(runners, kShortQueue));
    }
  }
  const double low = *std::min_element(rates.begin(), rates.end());
  const double high = *std::max_element(rates.begin(), rates.end());
  const double short_queue = At(rates, 0.5);
  std::printf("dispatch of %d queued jobs to %d runners: %.0f jobs/s (%.0f to %.0f)\n", kShortQueue,
              kShortQueue, short_queue, low, high);
  std::fflush(stdout);

  Plant(installation, kLongQueue);
  installation.Execute("VACUUM ANALYZE");
  installation.Execute("CHECKPOINT");
  Runners runners(installation.address(), kManyRunners, nullptr);
  const double long_queue = DispatchTo(runners, kManyRunners);
  std::printf("dispatch of %d queued jobs to %d runners: %.0f jobs/s, %+.0f %%\n", kLongQueue,
              kManyRunners, long_queue, 100 * (long_queue / short_queue - 1));
}

}  // namespace kozmic::bench
