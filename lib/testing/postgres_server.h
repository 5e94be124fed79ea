#ifndef KOZMIC_LIB_TESTING_POSTGRES_SERVER_H_
#define KOZMIC_LIB_TESTING_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <string>

namespace kozmic {

// One PostgreSQL server process and its data, in a folder that the user `postgres` may enter, on a
// free loopback port of its own. Whatever fails ends the test process with the server's words. Not
// thread-safe.
class PostgresServer {
 public:
  // Of the file names in the folder; nothing is made yet.
  PostgresServer(const std::string& folder, const std::string& name);
  // Crashes it.
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A new cluster, with lines of postgresql.conf that come after the tests' own.
  void Create(const std::string& settings);
  // A copy of a running server's, in place of what there was, which follows it once started.
  void CopyOf(const PostgresServer& primary);

  // Waits until it answers.
  void Start();
  // Kills it as a crash would (SIGQUIT: no shutdown checkpoint).
  void Crash();
  // From a standby to a primary; waits until it takes writes.
  void Promote();
  // False when it has never been started, or has ended, by itself or not.
  bool Running();

  // "127.0.0.1:5432"
  std::string host() const;
  void Execute(const std::string& statement) const;
  // Asks anew, on a connection of its own each time, until the answer is true.
  void Await(const std::string& query) const;
  // One of its programs, by the test's own user: "psql -c …". `what`: "apply a migration".
  void Client(const std::string& what, const std::string& command) const;
  // Ends the test process, with what the server said.
  [[noreturn]] void Fail(const std::string& what) const;

 private:
  // One of its programs, by the user that its files belong to.
  void Tool(const std::string& what, const std::string& command) const;
  void Must(const std::string& what, const std::string& command) const;
  std::string Url() const;

  const std::string folder_;
  const std::string data_;
  const std::string log_;
  const int port_;
  pid_t pid_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_POSTGRES_SERVER_H_
