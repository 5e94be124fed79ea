#ifndef KOZMIC_LIB_HTTP_RESPONSE_STREAM_H_
#define KOZMIC_LIB_HTTP_RESPONSE_STREAM_H_

#include <httplib.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/connection.h"
#include "lib/http/server_options.h"

namespace kozmic::http {

// What httplib writes its answer to. Small writes are gathered into few packets; a client that
// takes the answer too slowly (ServerOptions::transfer_grace) fails it. Reading yields a constant
// request line instead of the client's bytes: the request was parsed before.
class ResponseStream final : public httplib::Stream {
 public:
  // `abort_fd` becomes readable when writing is to be given up.
  ResponseStream(const Connection& connection, const ServerOptions& options, int abort_fd,
                 absl::string_view method);

  bool is_readable() const override { return true; }
  bool is_writable() const override { return !failed_; }
  ssize_t read(char* out, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  int socket() const override;

  // Sends what is gathered. False once anything could not be sent.
  bool Flush();
  // Throws away what is gathered: only possible while nothing has been sent.
  void Discard() { pending_.clear(); }
  bool failed() const { return failed_; }
  uint64_t sent() const { return sent_; }

 private:
  bool Send(absl::string_view data);
  bool WaitWritable();

  const Connection& connection_;
  const ServerOptions& options_;
  const int abort_fd_;
  const std::string input_;
  size_t input_read_ = 0;
  std::string pending_;
  uint64_t sent_ = 0;
  bool failed_ = false;
  SteadyTime start_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_RESPONSE_STREAM_H_
