#ifndef KOZMIC_LIB_TESTING_REDIS_H_
#define KOZMIC_LIB_TESTING_REDIS_H_

#include <sys/types.h>

#include <string>

namespace kozmic {

// A real Redis server of its own for a test: on a free loopback port, with a password, keeping
// nothing on disk, gone with this object. Ends the test process with a message when it cannot
// start. Use it from the test's main thread only: the server ends with the thread that started it.
class TestRedis {
 public:
  TestRedis();
  ~TestRedis();
  TestRedis(const TestRedis&) = delete;
  TestRedis& operator=(const TestRedis&) = delete;

  // redis://:password@127.0.0.1:port/0
  std::string Url() const;

  // As a crash: everything is forgotten. Start() brings an empty server back on the same port.
  void Kill();
  void Start();
  // Stops answering without closing connections, until resumed.
  void Pause();
  void Resume();

 private:
  const int port_;
  const std::string password_;
  pid_t server_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_REDIS_H_
