#ifndef KOZMIC_LIB_HTTP_TLS_TLS_CONTEXT_H_
#define KOZMIC_LIB_HTTP_TLS_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace kozmic::http {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// What a server shows and asks for: TLS 1.2 or newer, the certificate with those that vouch for it,
// in PEM. INVALID_ARGUMENT names the file that is not good.
absl::StatusOr<SslContext> MakeServerContext(const std::string& certificate_file,
                                             const std::string& key_file);

// A server's context, of files that others renew. Not thread-safe.
class RenewedContext {
 public:
  static absl::StatusOr<RenewedContext> Load(std::string certificate_file, std::string key_file);

  // That of the files as they are now, which are looked at anew at most once a minute. Files that
  // are not good leave the one before.
  SSL_CTX* Get();

 private:
  RenewedContext(std::string certificate_file, std::string key_file, SslContext context);

  std::string certificate_file_;
  std::string key_file_;
  SslContext context_;
  // Of the files that it is of, and when they were looked at, by the steady clock in seconds.
  std::string version_;
  int64_t looked_ = 0;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_TLS_TLS_CONTEXT_H_
