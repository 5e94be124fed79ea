#include "lib/http/tls/tls_context.h"

#include <openssl/err.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"

namespace kozmic::http {
namespace {

constexpr int64_t kLookAgainSeconds = 60;

std::string LastError() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "it cannot be read" : reason;
}

absl::Status NotGood(absl::string_view what, const std::string& file) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", file, ": ", LastError()));
}

int64_t Seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Differs when a file was replaced.
std::string VersionOf(const std::string& file) {
  struct stat status = {};
  if (stat(file.c_str(), &status) != 0) return "";
  return absl::StrCat(status.st_ino, ".", status.st_mtim.tv_sec, ".", status.st_mtim.tv_nsec);
}

}  // namespace

absl::StatusOr<SslContext> MakeServerContext(const std::string& certificate_file,
                                             const std::string& key_file) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return absl::InternalError("cannot make a TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return NotGood("certificate", certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return NotGood("private key", key_file);
  }
  return context;
}

RenewedContext::RenewedContext(std::string certificate_file, std::string key_file,
                               SslContext context)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      context_(std::move(context)),
      version_(absl::StrCat(VersionOf(certificate_file_), "/", VersionOf(key_file_))),
      looked_(Seconds()) {}

absl::StatusOr<RenewedContext> RenewedContext::Load(std::string certificate_file,
                                                    std::string key_file) {
  KOZMIC_ASSIGN_OR_RETURN(SslContext context, MakeServerContext(certificate_file, key_file));
  return RenewedContext(std::move(certificate_file), std::move(key_file), std::move(context));
}

SSL_CTX* RenewedContext::Get() {
  if (Seconds() - looked_ < kLookAgainSeconds) return context_.get();
  looked_ = Seconds();
  std::string version = absl::StrCat(VersionOf(certificate_file_), "/", VersionOf(key_file_));
  if (version == version_) return context_.get();
  auto renewed = MakeServerContext(certificate_file_, key_file_);
  if (renewed.ok()) {
    context_ = *std::move(renewed);
    version_ = std::move(version);
    Log(Severity::kInfo, "a renewed certificate is shown", {{"file", certificate_file_}});
  } else {
    Log(Severity::kError, "a renewed certificate is not good; the one before is shown",
        {{"error", renewed.status()}});
  }
  return context_.get();
}

}  // namespace kozmic::http
