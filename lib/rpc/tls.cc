#include "lib/rpc/tls.h"

#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace kozmic {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

// How soon a renewed certificate is shown.
constexpr unsigned kReadAgainSeconds = 60;

RpcTls& InUse() {
  static auto* tls = new RpcTls();
  return *tls;
}

absl::Status CheckReadable(const char* name, const std::string& path) {
  if (path.empty() || std::ifstream(path).good()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": cannot read ", path));
}

std::shared_ptr<FileWatcherCertificateProvider> Files(const RpcTls& tls) {
  return std::make_shared<FileWatcherCertificateProvider>(tls.key_file, tls.certificate_file,
                                                          tls.ca_file, kReadAgainSeconds);
}

}  // namespace

absl::Status ReadRpcTls(ConfigReader& config, RpcTls* out) {
  std::string clients;
  config.Text("rpc_tls_certificate", &out->certificate_file,
              {.help = "file of the certificate that this process shows to those it calls and who "
                       "call it",
               .fallback = ""});
  config.Text("rpc_tls_key", &out->key_file,
              {.help = "file of that certificate's private key", .fallback = ""});
  config.Text("rpc_tls_ca", &out->ca_file,
              {.help = "file of the authority whose certificates are taken for good; without it "
                       "calls between processes are not encrypted",
               .fallback = ""});
  config.Choice("rpc_tls_clients", &clients,
                {.help = "certified: who calls must show a certificate; any: calls are encrypted, "
                         "and callers known by their credentials alone",
                 .fallback = "certified"},
                {"certified", "any"});
  out->clients_certified = clients != "any";
  if (out->certificate_file.empty() != out->key_file.empty()) {
    return absl::InvalidArgumentError(
        "rpc_tls_certificate and rpc_tls_key: one of them is of no use without the other");
  }
  if (!out->on() && !out->certificate_file.empty()) {
    return absl::InvalidArgumentError("rpc_tls_ca: needed with rpc_tls_certificate");
  }
  absl::Status readable = CheckReadable("rpc_tls_ca", out->ca_file);
  readable.Update(CheckReadable("rpc_tls_certificate", out->certificate_file));
  readable.Update(CheckReadable("rpc_tls_key", out->key_file));
  return readable;
}

void UseRpcTls(const RpcTls& tls) { InUse() = tls; }

const RpcTls& RpcTlsInUse() { return InUse(); }

std::shared_ptr<grpc::ServerCredentials> RpcServerCredentials() {
  const RpcTls& tls = InUse();
  // A runner that has no certificate serves its administrators on this machine.
  if (!tls.on() || tls.certificate_file.empty()) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(Files(tls));
  options.watch_identity_key_cert_pairs();
  if (tls.clients_certified) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> RpcChannelCredentials() {
  const RpcTls& tls = InUse();
  if (!tls.on()) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      tls.certificate_file.empty()
          ? std::make_shared<FileWatcherCertificateProvider>(tls.ca_file, kReadAgainSeconds)
          : Files(tls));
  options.watch_root_certs();
  if (!tls.certificate_file.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace kozmic
