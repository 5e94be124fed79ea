#ifndef KOZMIC_TESTS_INSTALLATION_INSTALLATION_H_
#define KOZMIC_TESTS_INSTALLATION_INSTALLATION_H_

#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "lib/postgres/pool.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/postgres.h"
#include "lib/testing/redis.h"
#include "tests/installation/process.h"

namespace kozmic {

// A whole Kozmic but its runners: every service as a real process on a PostgreSQL and a Redis of
// its own, beside the GitHub simulator (seed "demo"). The cc_test or cc_binary names
// //tests/installation:programs in its data. Nothing is started before Start.
class Installation {
 public:
  struct Options {
    // Of services `project` and `build`: "project-1", "project-2", …
    int replicas = 2;
    TestPostgres::Options postgres = {};
    // How often GitHub is asked for the deliveries that failed.
    absl::Duration reconcile_interval = absl::Seconds(5);
  };

  explicit Installation(const Options& options);

  // All services; waits until they serve.
  void Start();

  // "gateway", "auth", "project-1", "build-2", "logstream", … Dies when there is none.
  Process& at(const std::string& name) { return *processes_.at(name); }
  // Starts it and waits until it serves.
  void StartAgain(const std::string& name);
  // Kills a service's process, "postgres" or "redis"; it is back and serves after so long or a bit
  // more.
  void KillAndRestart(const std::string& victim, absl::Duration down);
  // Until it answers anew, after a Kill and a Start or a Resume.
  void AwaitServing(const std::string& name);

  TestPostgres& postgres() { return postgres_; }
  TestRedis& redis() { return redis_; }
  GithubSimulator& github() { return github_; }

  // "127.0.0.1:8080"
  const std::string& gateway() const { return gateway_; }
  std::string gateway_url() const { return "http://" + gateway_; }
  // As MakeChannel takes it.
  const std::string& build_address() const { return addresses_.at("build"); }
  const std::string& logstream_address() const { return addresses_.at("logstream"); }
  static std::string RunnerToken();
  // As a runner gets it for a log with its lease.
  static std::string LogToken(const std::string& log);
  // As a service proves that it is one.
  static std::string ServiceTokenOf(const std::string& service);

  // The database of a service.
  PostgresPool& Database(const std::string& service) { return *pools_.at(service); }
  // A number that a query of a service's database answers.
  int64_t Number(const std::string& service, const std::string& query);

 private:
  Process::Environment EnvironmentOf(const std::string& service, const std::string& listen) const;
  void Add(const std::string& service, const std::string& name, const std::string& listen);

  const Options options_;
  const std::string folder_;
  TestPostgres postgres_;
  TestRedis redis_;
  GithubSimulator github_;
  // URLs by service; then one pool each.
  std::map<std::string, std::string> databases_;
  std::map<std::string, std::unique_ptr<PostgresPool>> pools_;
  std::string gateway_;
  std::map<std::string, std::string> addresses_;
  // Where each process listens.
  std::map<std::string, std::string> listens_;
  std::map<std::string, std::unique_ptr<Process>> processes_;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_INSTALLATION_H_
