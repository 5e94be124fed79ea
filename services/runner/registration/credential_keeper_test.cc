#include "services/runner/registration/credential_keeper.h"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"

namespace kozmic::runner {
namespace {

constexpr char kToken[] = "kzj_the-token-that-an-administrator-has-made";
constexpr char kSecondToken[] = "kzj_another-token-that-an-administrator-made";

// Keeps credentials as the build service does, for one runner. Before each answer it may fail.
class FakeRegistry final : public v1::RunnerService::Service {
 public:
  grpc::Status RegisterRunner(grpc::ServerContext*, const v1::RegisterRunnerRequest* request,
                              v1::RegisterRunnerResponse*) override {
    absl::MutexLock lock(&mutex_);
    if (down_) return {grpc::StatusCode::UNAVAILABLE, "down"};
    if (tokens_.count(request->token()) == 0) {
      return {grpc::StatusCode::PERMISSION_DENIED, "this registration token is not known here"};
    }
    std::string& with = used_[request->token()];
    if (!with.empty() && with != request->credential_sha256()) {
      return {grpc::StatusCode::PERMISSION_DENIED, "it was used already"};
    }
    with = current_ = request->credential_sha256();
    return Answer();
  }

  grpc::Status RotateCredential(grpc::ServerContext* context,
                                const v1::RotateCredentialRequest* request,
                                v1::RotateCredentialResponse*) override {
    absl::MutexLock lock(&mutex_);
    if (down_) return {grpc::StatusCode::UNAVAILABLE, "down"};
    if (!Use(*context)) return {grpc::StatusCode::UNAUTHENTICATED, "not known"};
    if (request->credential_sha256() != current_) next_ = request->credential_sha256();
    return Answer();
  }

  // Whether a bearer is good; using what follows puts it in the other's place.
  bool Use(const std::string& bearer) {
    absl::MutexLock lock(&mutex_);
    return UseDigest(Sha256Hex(bearer));
  }

  void Let(const std::string& token) {
    absl::MutexLock lock(&mutex_);
    tokens_.insert(token);
  }
  void SetDown(bool down) {
    absl::MutexLock lock(&mutex_);
    down_ = down;
  }
  // What is asked next is done, and not answered.
  void LoseNextAnswer() {
    absl::MutexLock lock(&mutex_);
    lose_ = true;
  }

 private:
  bool Use(const grpc::ServerContext& context) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto found = context.client_metadata().find("authorization");
    if (found == context.client_metadata().end()) return false;
    return UseDigest(Sha256Hex(
        std::string(found->second.data(), found->second.size()).substr(sizeof("Bearer ") - 1)));
  }
  bool UseDigest(const std::string& digest) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!next_.empty() && digest == next_) {
      current_ = next_;
      next_.clear();
    }
    return digest == current_;
  }
  grpc::Status Answer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!lose_) return grpc::Status::OK;
    lose_ = false;
    return {grpc::StatusCode::UNAVAILABLE, "the answer was lost"};
  }

  absl::Mutex mutex_;
  std::set<std::string> tokens_ ABSL_GUARDED_BY(mutex_) = {kToken};
  std::map<std::string, std::string> used_ ABSL_GUARDED_BY(mutex_);
  std::string current_ ABSL_GUARDED_BY(mutex_);
  std::string next_ ABSL_GUARDED_BY(mutex_);
  bool down_ ABSL_GUARDED_BY(mutex_) = false;
  bool lose_ ABSL_GUARDED_BY(mutex_) = false;
};

class CredentialKeeperTest : public ::testing::Test {
 protected:
  CredentialKeeperTest() {
    std::string pattern = ::testing::TempDir() + "/credentialXXXXXX";
    folder_ = mkdtemp(pattern.data());
  }

  // The process starts again.
  CredentialKeeper Start(const std::string& token = kToken) {
    return CredentialKeeper(channel_,
                            {.folder = folder_, .runner = "rack-7", .registration_token = token},
                            clock_, random_);
  }

  static bool Exists(const std::string& path) { return std::ifstream(path).good(); }

  FakeRegistry registry_;
  const std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&registry_});
  const std::shared_ptr<grpc::Channel> channel_ = MakeChannel(server_->address());
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SystemRandom random_;
  std::string folder_;
};

TEST_F(CredentialKeeperTest, RegistersOnceAndKeepsWhatItHas) {
  const auto bearer = Start().Obtain();
  ASSERT_TRUE(bearer.ok()) << bearer.status();
  EXPECT_TRUE(registry_.Use(*bearer));
  EXPECT_EQ(*Start().Obtain(), *bearer);
  // Also without the token, and without anybody to ask.
  registry_.SetDown(true);
  EXPECT_EQ(*Start("").Obtain(), *bearer);
}

TEST_F(CredentialKeeperTest, IsForItsOwnersEyesOnly) {
  ASSERT_TRUE(Start().Obtain().ok());
  struct stat status = {};
  ASSERT_EQ(stat((folder_ + "/credential").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(Exists(folder_ + "/credential.new"));
}

TEST_F(CredentialKeeperTest, AsksAgainWithTheSameWhenTheAnswerWasLost) {
  registry_.LoseNextAnswer();
  CredentialKeeper first = Start();
  EXPECT_TRUE(absl::IsUnavailable(first.Obtain().status()));
  // The same process, and one that was started in its place.
  const auto bearer = Start().Obtain();
  ASSERT_TRUE(bearer.ok()) << bearer.status();
  EXPECT_TRUE(registry_.Use(*bearer));
}

TEST_F(CredentialKeeperTest, SaysWhatIsMissingOrRefused) {
  const auto none = Start("").Obtain();
  EXPECT_TRUE(absl::IsInvalidArgument(none.status())) << none.status();
  const auto refused = Start(kSecondToken).Obtain();
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  EXPECT_FALSE(Exists(folder_ + "/credential.new"));
  // It was mistyped, say.
  EXPECT_TRUE(Start().Obtain().ok());
}

TEST_F(CredentialKeeperTest, AnotherTokenRegistersAnew) {
  const auto first = Start().Obtain();
  ASSERT_TRUE(first.ok());
  // One that is refused leaves the credential that is there.
  EXPECT_EQ(*Start(kSecondToken).Obtain(), *first);
  EXPECT_EQ(*Start().Obtain(), *first);
  registry_.Let(kSecondToken);
  const auto second = Start(kSecondToken).Obtain();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(*second, *first);
  EXPECT_TRUE(registry_.Use(*second));
  EXPECT_EQ(*Start(kSecondToken).Obtain(), *second);
}

TEST_F(CredentialKeeperTest, ReplacesWhatIsOld) {
  CredentialKeeper keeper = Start();
  const auto first = keeper.Obtain();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*keeper.RotateIfOld(), std::nullopt);
  clock_.Advance(CredentialKeeper::kOldest);
  const auto second = keeper.RotateIfOld();
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(second->has_value());
  EXPECT_TRUE(registry_.Use(**second));
  EXPECT_FALSE(registry_.Use(*first));
  EXPECT_EQ(*Start().Obtain(), **second);
  EXPECT_EQ(*keeper.RotateIfOld(), std::nullopt);
}

TEST_F(CredentialKeeperTest, GoesOnWhereverItWasKilledWhileReplacing) {
  CredentialKeeper keeper = Start();
  const auto first = keeper.Obtain();
  ASSERT_TRUE(first.ok());
  clock_.Advance(CredentialKeeper::kOldest);
  // Made, and not told.
  registry_.SetDown(true);
  EXPECT_TRUE(absl::IsUnavailable(keeper.RotateIfOld().status()));
  registry_.SetDown(false);
  // Told, and the answer lost.
  registry_.LoseNextAnswer();
  EXPECT_TRUE(absl::IsUnavailable(Start().Obtain().status()));
  const auto second = Start().Obtain();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(*second, *first);
  EXPECT_TRUE(registry_.Use(*second));

  // Told and used, and the file not yet put in the other's place.
  clock_.Advance(CredentialKeeper::kOldest);
  registry_.LoseNextAnswer();
  EXPECT_TRUE(absl::IsUnavailable(keeper.RotateIfOld().status()));
  const auto stored = ReadCredential(folder_ + "/credential.new");
  ASSERT_TRUE(stored.ok() && stored->has_value());
  ASSERT_TRUE(registry_.Use((*stored)->credential));
  const auto third = Start().Obtain();
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_EQ(*third, (*stored)->credential);
  EXPECT_EQ(*Start().Obtain(), *third);
}

TEST_F(CredentialKeeperTest, AFileThatIsNoneOfOursIsNotOverwritten) {
  std::ofstream(folder_ + "/credential") << "something else";
  EXPECT_TRUE(absl::IsFailedPrecondition(Start().Obtain().status()));
  std::string text;
  std::getline(std::ifstream(folder_ + "/credential") >> std::ws, text);
  EXPECT_EQ(text, "something else");
}

}  // namespace
}  // namespace kozmic::runner
