#ifndef KOZMIC_LIB_TESTING_POSTGRES_H_
#define KOZMIC_LIB_TESTING_POSTGRES_H_

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace kozmic {

// A real PostgreSQL server of its own for a test: a new cluster in a temporary folder, on a free
// loopback port, gone with this object. Ends the test process with a message when it cannot start.
class TestPostgres {
 public:
  TestPostgres();
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

 private:
  void Must(const std::string& what, const std::string& command) const;
  void Execute(const std::string& statement) const;
  void Migrate(const std::string& service, const std::string& url) const;
  std::string Url(const std::string& database) const;

  std::string folder_;
  int port_ = 0;
  pid_t server_ = 0;
  int databases_ = 0;
  // The services whose migrations lie in a database that is copied for each test.
  std::set<std::string> migrated_;
};

// The one server that the tests of this process share; ends with the process.
TestPostgres& SharedTestPostgres();

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_POSTGRES_H_
