// The runner's program with a private repository. Row K42.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/runner_fixture.h"
#include "services/runner/testing/ssh_server.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

class RunnerSshTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    auto ssh = SshServer::Start();
    ASSERT_TRUE(ssh.ok()) << ssh.status();
    ssh_ = *std::move(ssh);
    key_ = ssh_->MakeKey();
    ssh_->Allow(key_);
    clone_url_prefixes_ = {ssh_->UrlOf("/")};
    build_.set_checkout(PrivateCheckout());
  }

  v1::IssueCheckoutResponse PrivateCheckout() const {
    v1::IssueCheckoutResponse checkout;
    checkout.set_clone_url(ssh_->UrlOf(git_->path()));
    checkout.set_ssh_private_key(key_.private_key);
    checkout.add_ssh_known_hosts(ssh_->KnownHost());
    return checkout;
  }

  std::unique_ptr<SshServer> ssh_;
  SshKeyPair key_;
};

TEST_F(RunnerSshTest, FetchesThePrivateRepository) {
  StartRunner();
  const FinishJobRequest end = Run(Spec("cat file; grep url .git/config\n"));
  EXPECT_EQ(end.exit_code(), 0) << end.reason();
  EXPECT_EQ(Log(),
            absl::StrCat(Pulling(), "content\n\turl = \"", ssh_->UrlOf(git_->path()), "\"\n"));
  EXPECT_EQ(build_.refusals(), 0);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerSshTest, KeyThatWasRemovedIsAskedForAgainAndTheJobRuns) {
  ssh_->AllowNobody();
  build_.set_on_refused([this] { ssh_->Allow(key_); });
  StartRunner();
  const FinishJobRequest end = Run(Spec("cat file\n"));
  EXPECT_EQ(end.exit_code(), 0) << end.reason();
  EXPECT_EQ(Log(), Pulling() + "content\n");
  EXPECT_EQ(build_.refusals(), 1);
  EXPECT_EQ(build_.checkouts(), 2);
}

TEST_F(RunnerSshTest, KeyThatStaysRefusedFailsTheJobByName) {
  ssh_->AllowNobody();
  StartRunner();
  const FinishJobRequest end = Run(Spec("echo never\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("refuses the deploy key"));
  EXPECT_THAT(Log(), EndsWith(end.reason() + "\n"));
  EXPECT_EQ(build_.refusals(), 1) << "asked once";
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerSshTest, HostWithAnotherKeyIsAnErrorAndGetsNoSecondTry) {
  v1::IssueCheckoutResponse checkout = PrivateCheckout();
  checkout.set_ssh_known_hosts(0, ssh_->KnownHost(ssh_->MakeKey()));
  build_.set_checkout(checkout);
  StartRunner();
  const FinishJobRequest end = Run(Spec("echo never\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_THAT(end.reason(), HasSubstr("another SSH host key"));
  EXPECT_EQ(build_.checkouts(), 1);
}

TEST_F(RunnerSshTest, HostThatIsNotAllowedIsNotAsked) {
  clone_url_prefixes_ = {"ssh://git@example.com/"};
  StartRunner();
  const FinishJobRequest end = Run(Spec("echo never\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("does not fetch from"));
  EXPECT_EQ(build_.checkouts(), 1);
}

}  // namespace
}  // namespace kozmic::runner
