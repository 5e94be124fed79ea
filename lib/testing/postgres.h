#ifndef KOZMIC_LIB_TESTING_POSTGRES_H_
#define KOZMIC_LIB_TESTING_POSTGRES_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "lib/testing/postgres_server.h"

namespace kozmic {

// A real PostgreSQL server of its own for a test: a new cluster in a temporary folder, on a free
// loopback port, gone with this object. Ends the test process with a message when it cannot start.
class TestPostgres {
 public:
  struct Options {
    // Lines of postgresql.conf that come after the tests' own, which make commits that a machine's
    // crash may undo.
    std::string settings = "";
    // Above 0: everything lies on a file system in memory of so many bytes, which the calling
    // thread and the processes that it starts see, and no other: all calls are that thread's.
    int64_t disk = 0;
    // Whether a standby may take the server's place. The URLs name both then, and the one that
    // takes writes is found.
    bool pair = false;
  };

  TestPostgres() : TestPostgres(Options()) {}
  explicit TestPostgres(const Options& options);
  ~TestPostgres();
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;

  // A new database with the migrations of one service ("build": the files of migrations/build, in
  // order, in a schema of that name). The cc_test names them in its data:
  // "//migrations:build". Returns its URL.
  std::string CreateDatabase(const std::string& service);

  // Kills the server as a crash would (SIGQUIT: no shutdown checkpoint); Start() brings it back on
  // the same port with its data.
  void Crash();
  void Start();
  // Start() when it has ended by itself, as it does when it cannot recover.
  void StartIfEnded();

  // With `disk`: nothing more can be written, until there is room again.
  void FillDisk() const;
  void FreeDisk() const;

  // With `pair`: starts a standby of the server, without which nothing is committed any more
  // (synchronous replication); waits until it has caught up.
  void StartStandby();
  // Crashes the server for good and lets the standby take its place.
  void FailOver();

 private:
  void Migrate(const std::string& service, const std::string& database) const;
  std::string Url(const std::string& hosts, const std::string& database,
                  const std::string& service) const;

  const Options options_;
  std::string folder_;
  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<PostgresServer> other_;
  // What the URLs say, in an order that does not change.
  std::string hosts_;
  int databases_ = 0;
  // The services whose migrations lie in a database that is copied for each test.
  std::set<std::string> migrated_;
};

// The one server that the tests of this process share; ends with the process.
TestPostgres& SharedTestPostgres();

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_POSTGRES_H_
