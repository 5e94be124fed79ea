#include "services/auth/login.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::auth {
namespace {

class LoginsTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SealedBox box_{"a secret key that is long enough to be one", "login", random_};
  Logins logins_{box_, clock_, random_};
};

TEST_F(LoginsTest, AStateTellsItsLoginAgain) {
  const Login login = logins_.Begin("/projects/7?tab=a&b=%20#x");
  const auto read = logins_.Read(logins_.State(login));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->verifier, login.verifier);
  EXPECT_EQ(read->return_path, "/projects/7?tab=a&b=%20#x");
  EXPECT_EQ(read->expire_time, login.expire_time);
  EXPECT_EQ(login.verifier.size(), 43u);
}

TEST_F(LoginsTest, EachLoginHasAVerifierOfItsOwnThatTheStateHides) {
  std::set<std::string> verifiers;
  for (int i = 0; i < 100; ++i) {
    const Login login = logins_.Begin("/");
    verifiers.insert(login.verifier);
    EXPECT_EQ(logins_.State(login).find(login.verifier), std::string::npos);
  }
  EXPECT_EQ(verifiers.size(), 100u);
}

TEST_F(LoginsTest, AStateServesForTenMinutes) {
  const std::string state = logins_.State(logins_.Begin("/"));
  clock_.Advance(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_TRUE(logins_.Read(state).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Reason(logins_.Read(state).status()), "login_expired");
}

TEST_F(LoginsTest, AForgedStateIsRefused) {
  std::string state = logins_.State(logins_.Begin("/"));
  state[state.size() / 2] = state[state.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& forged : {state, std::string(), std::string("x"), std::string("%%%")}) {
    const absl::Status status = logins_.Read(forged).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Reason(status), "login_expired");
  }
  const SealedBox other("another secret key, also long enough to be", "login", random_);
  EXPECT_FALSE(logins_.Read(Logins(other, clock_, random_).State(logins_.Begin("/"))).ok());
}

TEST_F(LoginsTest, NobodyIsSentElsewhere) {
  for (const char* path :
       {"", "x", "//evil", "/\\evil", "https://evil", "/a\r\nb", "/a b", "/\x7f", "/\xc3\xa9"}) {
    EXPECT_EQ(logins_.Begin(path).return_path, "/") << path;
  }
  EXPECT_EQ(logins_.Begin("/" + std::string(511, 'a')).return_path.size(), 512u);
  EXPECT_EQ(logins_.Begin("/" + std::string(512, 'a')).return_path, "/");
}

}  // namespace
}  // namespace kozmic::auth
