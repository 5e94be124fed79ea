#ifndef KOZMIC_LIB_HTTP_TLS_TLS_RELAY_H_
#define KOZMIC_LIB_HTTP_TLS_TLS_RELAY_H_

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "lib/http/socket.h"

namespace kozmic::http {

// One connection of a client that speaks TLS, and the plain one that stands for it inside. What is
// read of one is written to the other, at most a buffer of each way being on the road; when one
// side has no more to say the other is told so. Both sockets are non-blocking. Not thread-safe.
class TlsRelay {
 public:
  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // As epoll has them: what to wait for, of each socket.
  struct Interest {
    uint32_t client = 0;
    uint32_t inside = 0;
  };

  TlsRelay(SSL_CTX* context, UniqueFd client, UniqueFd inside);

  // Goes as far as it can without waiting. False: it is over.
  bool Advance();
  // The plain side was closed; what it has said is still here.
  void InsideClosed();
  Interest interest() const;

  bool greeted() const { return greeted_; }
  int client() const { return client_.get(); }
  int inside() const { return inside_.get(); }

 private:
  static constexpr size_t kBuffer = 8 * 1024;

  // Bytes on their way.
  struct Flow {
    std::array<char, kBuffer> bytes;
    size_t begin = 0;
    size_t end = 0;
    // Whoever sends has no more to say; and whoever is to hear it has been told.
    bool ended = false;
    bool told = false;

    bool empty() const { return begin == end; }
  };

  // Each: whether something was moved. `alive_` becomes false when the connection is broken.
  bool Greet();
  bool ReadClient();
  bool WriteInside();
  bool ReadInside();
  bool WriteClient();
  // What an answer of OpenSSL that is not a success means.
  void Heed(int result);

  const UniqueFd client_;
  const UniqueFd inside_;
  const std::unique_ptr<SSL, SslFree> ssl_;
  Flow in_;
  Flow out_;
  bool greeted_ = false;
  bool alive_ = true;
  // OpenSSL waits for the other direction than its caller does.
  bool wants_write_ = false;
  bool wants_read_ = false;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_TLS_TLS_RELAY_H_
