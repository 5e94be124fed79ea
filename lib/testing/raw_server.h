#ifndef KOZMIC_LIB_TESTING_RAW_SERVER_H_
#define KOZMIC_LIB_TESTING_RAW_SERVER_H_

#include <functional>
#include <string>
#include <thread>

namespace kozmic {

// A loopback TCP server for answers that no proper server gives. Connections are served one after
// another.
class RawServer {
 public:
  // `serve` has read access to the socket and writes what it likes; the socket is closed after it.
  explicit RawServer(std::function<void(int socket)> serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }

  // Reads until the end of an HTTP head.
  static void ReadHead(int socket);
  // False once the other side is gone.
  static bool Write(int socket, const std::string& bytes);
  // Returns when the other side closes.
  static void WaitForClose(int socket);

 private:
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_RAW_SERVER_H_
