#ifndef KOZMIC_LIB_RPC_TLS_H_
#define KOZMIC_LIB_RPC_TLS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "lib/config/config_reader.h"

namespace kozmic {

// Whether and how this process's calls are encrypted, in both directions. The files are in PEM and
// read again each minute, so that certificates are renewed without a restart.
struct RpcTls {
  // What this process shows whom it calls and who calls it; both or none.
  std::string certificate_file;
  std::string key_file;
  // Who makes certificates that are taken for good; empty: nothing is encrypted.
  std::string ca_file;
  // Whoever calls must show such a certificate. Otherwise calls are encrypted, and the callers
  // known by their credentials alone.
  bool clients_certified = true;

  bool on() const { return !ca_file.empty(); }
};

// Reads `rpc_tls_…`. INVALID_ARGUMENT when they do not go together or a file cannot be read.
absl::Status ReadRpcTls(ConfigReader& config, RpcTls* out);

// For all servers and channels that are made from now on. Once, before threads start.
void UseRpcTls(const RpcTls& tls);
// What is in use.
const RpcTls& RpcTlsInUse();

std::shared_ptr<grpc::ServerCredentials> RpcServerCredentials();
std::shared_ptr<grpc::ChannelCredentials> RpcChannelCredentials();

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_TLS_H_
