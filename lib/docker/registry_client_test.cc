// Removal from Debian's docker-registry, and the ways of proving oneself to one.

#include "lib/docker/registry_client.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"
#include "lib/testing/http_server.h"

namespace kozmic::docker {
namespace {

class RegistryClientTest : public DockerTest {
 protected:
  void StartRegistry(const RegistryProcess::Options& options) {
    auto registry = RegistryProcess::Start(options);
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
  }
  // Its digest.
  std::string Push(const RegistryAuth* auth) {
    const auto reference = *ParseImageReference(registry_->address() + "/a/b:1");
    EXPECT_TRUE(docker().TagImage(kSmallImage, reference).ok());
    std::string digest;
    const absl::Status pushed = docker().PushImage(reference, auth, absl::Seconds(60), {},
                                                   [&](const TransferProgress& progress) {
                                                     if (!progress.digest.empty())
                                                       digest = progress.digest;
                                                   });
    EXPECT_TRUE(pushed.ok()) << pushed;
    EXPECT_TRUE(docker().RemoveImage(reference.ToString(), false).ok());
    return digest;
  }
  // Asked itself: an engine remembers manifests.
  int StatusOf(const std::string& digest) {
    httplib::Client client("http://" + registry_->address());
    client.set_basic_auth("user", "pass word");
    const auto answer =
        client.Get("/v2/a/b/manifests/" + digest,
                   {{"Accept", "application/vnd.docker.distribution.manifest.v2+json"}});
    return answer ? answer->status : 0;
  }

  std::unique_ptr<RegistryProcess> registry_;
};

TEST_F(RegistryClientTest, RemovesWhatIsPushedAndProvesItselfByName) {
  StartRegistry({.user = {"user", "pass word"}, .deletes = true});
  const RegistryAuth auth = {.username = "user", .password = "pass word"};
  const std::string digest = Push(&auth);
  ASSERT_EQ(digest.substr(0, 7), "sha256:");
  EXPECT_EQ(StatusOf(digest), 200);
  const RegistryClient stranger(registry_->address(), false, std::nullopt);
  EXPECT_TRUE(absl::IsPermissionDenied(stranger.RemoveManifest("a/b", digest)));
  const RegistryClient wrong(registry_->address(), false, RegistryAuth{"user", "wrong"});
  EXPECT_TRUE(absl::IsPermissionDenied(wrong.RemoveManifest("a/b", digest)));
  const RegistryClient client(registry_->address(), false, auth);
  EXPECT_EQ(client.RemoveManifest("a/b", digest), absl::OkStatus());
  EXPECT_EQ(client.RemoveManifest("a/b", digest), absl::OkStatus()) << "gone already";
  EXPECT_EQ(StatusOf(digest), 404);
}

TEST_F(RegistryClientTest, ARegistryMayNotBeMadeForRemoval) {
  StartRegistry({});
  const std::string digest = Push(nullptr);
  const RegistryClient client(registry_->address(), false, std::nullopt);
  EXPECT_TRUE(absl::IsUnimplemented(client.RemoveManifest("a/b", digest)));
  registry_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(client.RemoveManifest("a/b", digest)));
}

// As the big registries do it.
class TokenTest : public ::testing::Test {
 protected:
  TokenTest() {
    registry_.server().Delete("/v2/a/b/manifests/.*", [this](const auto& request, auto& response) {
      if (request.get_header_value("Authorization") == "Bearer t0ken") {
        response.status = 202;
        return;
      }
      response.status = 401;
      response.set_header("WWW-Authenticate",
                          "Bearer realm=\"" + realm_ + "\",service=\"the registry\",scope=\"x\"");
    });
    registry_.server().Get("/token", [this](const auto& request, auto& response) {
      asked_ = request.target;
      authorization_ = request.get_header_value("Authorization");
      response.set_content(R"({"token":"t0ken"})", "application/json");
    });
    registry_.Start();
    realm_ = registry_.url() + "/token";
  }
  absl::Status Remove() {
    return RegistryClient(absl::StrCat("127.0.0.1:", registry_.port()), false,
                          RegistryAuth{"user", "pass"})
        .RemoveManifest("a/b", "sha256:1");
  }

  std::string realm_;
  std::string asked_;
  std::string authorization_;
  TestHttpServer registry_;
};

TEST_F(TokenTest, ATokenIsFetched) {
  EXPECT_EQ(Remove(), absl::OkStatus());
  EXPECT_EQ(asked_,
            "/token?service=the%20registry&scope=repository%3Aa%2Fb%3Apull%2Cpush%2Cdelete");
  EXPECT_EQ(authorization_, "Basic dXNlcjpwYXNz");
}

TEST_F(TokenTest, CredentialsGoNowhereElseUnencrypted) {
  TestHttpServer thief;
  bool robbed = false;
  thief.server().Get("/token", [&](const auto&, auto&) { robbed = true; });
  thief.Start();
  realm_ = thief.url() + "/token";
  EXPECT_TRUE(absl::IsPermissionDenied(Remove()));
  EXPECT_FALSE(robbed);
}

}  // namespace
}  // namespace kozmic::docker
