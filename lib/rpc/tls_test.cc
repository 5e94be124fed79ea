#include "lib/rpc/tls.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"

namespace kozmic {
namespace {

using grpc::health::v1::Health;

// Two authorities, and certificates of theirs.
class RpcTlsTest : public ::testing::Test {
 protected:
  RpcTlsTest() : folder_(testing::TempDir() + "/rpc_tls") {
    std::filesystem::create_directories(folder_);
    for (const char* ca : {"ours", "others"}) {
      Run(
          absl::StrCat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                       "-days 2 -subj /CN=",
                       ca, " -keyout ", ca, ".key -out ", ca, ".pem"));
    }
    Make("ours", "service", "IP:127.0.0.1");
    Make("ours", "elsewhere", "DNS:ci.example.com");
    Make("others", "stranger", "IP:127.0.0.1");
  }
  ~RpcTlsTest() override { UseRpcTls({}); }

  void Run(const std::string& command) const {
    ASSERT_EQ(std::system(absl::StrCat("cd ", folder_, " && ", command, " 2>log").c_str()), 0)
        << command;
  }
  void Make(const std::string& ca, const std::string& name, const std::string& host) const {
    Run(absl::StrCat(
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=", name,
        " -keyout ", name, ".key -out request && echo subjectAltName=", host,
        " >names && openssl x509 -req -in request -CA ", ca, ".pem -CAkey ", ca,
        ".key -CAcreateserial -days 2 -extfile names -out ", name, ".pem"));
  }
  RpcTls With(const std::string& name, const std::string& ca = "ours") const {
    RpcTls tls;
    if (!name.empty()) {
      tls.certificate_file = absl::StrCat(folder_, "/", name, ".pem");
      tls.key_file = absl::StrCat(folder_, "/", name, ".key");
    }
    tls.ca_file = absl::StrCat(folder_, "/", ca, ".pem");
    return tls;
  }

  std::unique_ptr<RpcServer> Serve(const RpcTls& tls) const {
    UseRpcTls(tls);
    return *RpcServer::Start("127.0.0.1:0", {});
  }
  // Of a process of its own.
  static absl::Status Ask(const RpcServer& server, const RpcTls& tls) {
    UseRpcTls(tls);
    const auto stub = Health::NewStub(MakeChannel(server.address()));
    return Call(*stub, &Health::Stub::Check, grpc::health::v1::HealthCheckRequest(), "",
                absl::Seconds(3))
        .status();
  }

  const std::string folder_;
};

TEST_F(RpcTlsTest, ServicesKnowEachOtherByTheirAuthority) {
  const auto server = Serve(With("service"));
  EXPECT_TRUE(Ask(*server, With("service")).ok());
  // Without a certificate, with a stranger's, and in the clear.
  EXPECT_FALSE(Ask(*server, With("")).ok());
  EXPECT_FALSE(Ask(*server, With("stranger")).ok());
  EXPECT_FALSE(Ask(*server, {}).ok());
}

TEST_F(RpcTlsTest, WhoCallsNeedShowNoCertificateWhereAnyMayCall) {
  RpcTls any = With("service");
  any.clients_certified = false;
  const auto server = Serve(any);
  EXPECT_TRUE(Ask(*server, With("")).ok());
  EXPECT_FALSE(Ask(*server, {}).ok());
}

TEST_F(RpcTlsTest, AServerThatIsAnotherIsNotTold) {
  RpcTls stranger = With("stranger", "others");
  stranger.clients_certified = false;
  const auto other = Serve(stranger);
  EXPECT_FALSE(Ask(*other, With("service")).ok());
  RpcTls misnamed = With("elsewhere");
  misnamed.clients_certified = false;
  const auto elsewhere = Serve(misnamed);
  EXPECT_FALSE(Ask(*elsewhere, With("service")).ok());
}

TEST_F(RpcTlsTest, SettingsGoTogether) {
  const auto read = [](const std::map<std::string, std::string>& settings) {
    auto reader = ConfigReader::Parse("", [&](const std::string& name) {
      const auto found = settings.find(name);
      return found == settings.end() ? std::nullopt : std::optional(found->second);
    });
    RpcTls tls;
    return ReadRpcTls(*reader, &tls);
  };
  const RpcTls good = With("service");
  EXPECT_TRUE(read({}).ok());
  EXPECT_TRUE(read({{"KOZMIC_RPC_TLS_CA", good.ca_file}}).ok());
  EXPECT_TRUE(read({{"KOZMIC_RPC_TLS_CA", good.ca_file},
                    {"KOZMIC_RPC_TLS_CERTIFICATE", good.certificate_file},
                    {"KOZMIC_RPC_TLS_KEY", good.key_file}})
                  .ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      read({{"KOZMIC_RPC_TLS_CA", good.ca_file}, {"KOZMIC_RPC_TLS_KEY", good.key_file}})));
  EXPECT_TRUE(absl::IsInvalidArgument(read({{"KOZMIC_RPC_TLS_CERTIFICATE", good.certificate_file},
                                            {"KOZMIC_RPC_TLS_KEY", good.key_file}})));
  EXPECT_TRUE(absl::IsInvalidArgument(read({{"KOZMIC_RPC_TLS_CA", "/nowhere"}})));
}

}  // namespace
}  // namespace kozmic
