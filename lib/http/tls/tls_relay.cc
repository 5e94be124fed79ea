#include "lib/http/tls/tls_relay.h"

#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace kozmic::http {

TlsRelay::TlsRelay(SSL_CTX* context, UniqueFd client, UniqueFd inside)
    : client_(std::move(client)), inside_(std::move(inside)), ssl_(SSL_new(context)) {
  alive_ = ssl_ != nullptr && SSL_set_fd(ssl_.get(), client_.get()) == 1;
  if (alive_) SSL_set_accept_state(ssl_.get());
}

void TlsRelay::Heed(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wants_read_ = true;
      break;
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      break;
    case SSL_ERROR_ZERO_RETURN:
      in_.ended = true;
      break;
    default:
      alive_ = false;
  }
  ERR_clear_error();
}

bool TlsRelay::Greet() {
  if (greeted_) return false;
  const int result = SSL_do_handshake(ssl_.get());
  greeted_ = result == 1;
  if (!greeted_) Heed(result);
  // Who goes before there was a greeting has nothing to hear.
  if (in_.ended) alive_ = false;
  return greeted_;
}

bool TlsRelay::ReadClient() {
  if (!in_.empty() || in_.ended) return false;
  const int got = SSL_read(ssl_.get(), in_.bytes.data(), static_cast<int>(in_.bytes.size()));
  in_.begin = 0;
  in_.end = got > 0 ? static_cast<size_t>(got) : 0;
  if (got <= 0) Heed(got);
  return got > 0 || in_.ended;
}

bool TlsRelay::WriteInside() {
  if (in_.empty()) {
    if (!in_.ended || in_.told) return false;
    in_.told = true;
    ::shutdown(inside_.get(), SHUT_WR);
    return true;
  }
  const ssize_t sent = ::send(inside_.get(), in_.bytes.data() + in_.begin, in_.end - in_.begin,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) {
    in_.begin += static_cast<size_t>(sent);
    return true;
  }
  if (errno != EAGAIN && errno != EINTR) {
    // Nobody listens inside any more; what is still to be told the client is told.
    in_.begin = in_.end;
    in_.ended = in_.told = true;
  }
  return false;
}

bool TlsRelay::ReadInside() {
  if (!out_.empty() || out_.ended) return false;
  const ssize_t got = ::recv(inside_.get(), out_.bytes.data(), out_.bytes.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  out_.begin = 0;
  out_.end = got > 0 ? static_cast<size_t>(got) : 0;
  out_.ended = got <= 0;
  return true;
}

bool TlsRelay::WriteClient() {
  if (out_.empty()) {
    if (!out_.ended || out_.told) return false;
    out_.told = true;
    // What comes back does not matter: the client may have gone.
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ::shutdown(client_.get(), SHUT_WR);
    return true;
  }
  const int sent = SSL_write(ssl_.get(), out_.bytes.data() + out_.begin,
                             static_cast<int>(out_.end - out_.begin));
  if (sent <= 0) {
    Heed(sent);
    return false;
  }
  out_.begin += static_cast<size_t>(sent);
  return true;
}

bool TlsRelay::Advance() {
  wants_read_ = wants_write_ = false;
  bool moved = alive_;
  while (moved && alive_) {
    moved = Greet();
    if (!greeted_) continue;
    moved = ReadClient() || moved;
    moved = WriteInside() || moved;
    if (alive_) moved = ReadInside() || moved;
    if (alive_) moved = WriteClient() || moved;
  }
  // Once the server inside has said its last, the client's rest has nobody to hear it.
  return alive_ && !(out_.told && (in_.told || in_.ended));
}

void TlsRelay::InsideClosed() {
  in_.begin = in_.end = 0;
  in_.ended = in_.told = true;
}

TlsRelay::Interest TlsRelay::interest() const {
  Interest interest;
  if (wants_write_ || (greeted_ && !out_.empty())) interest.client |= EPOLLOUT;
  if (!greeted_ || wants_read_ || (in_.empty() && !in_.ended)) interest.client |= EPOLLIN;
  // With a full buffer inside there is no use in more.
  if (greeted_ && !in_.empty() && !wants_read_) interest.client &= ~static_cast<uint32_t>(EPOLLIN);
  if (!in_.empty()) interest.inside |= EPOLLOUT;
  if (greeted_ && out_.empty() && !out_.ended) interest.inside |= EPOLLIN;
  return interest;
}

}  // namespace kozmic::http
