// What a runner is told to fetch a commit with: from ProjectService, for a live fence only.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/collaborators.h"
#include "services/build/fake_project_service.h"
#include "services/build/services_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class CheckoutTest : public ServicesFixture {
 protected:
  CheckoutTest() {
    checkout_ = [this](const GrantedLease& lease, bool refused) {
      return collaborators_.IssueCheckout(lease, refused);
    };
  }

  FakeProjectService projects_;
  const Collaborators collaborators_{MakeChannel("127.0.0.1:1"), MakeChannel(projects_.address()),
                                     MakeChannel("127.0.0.1:1"), kServiceKey};
};

// K42, P5, P20
TEST_F(CheckoutTest, EverythingThatProjectServiceIssuesReachesTheRunner) {
  project::v1::IssueCheckoutResponse issued;
  issued.set_clone_url("ssh://git@github.test/octo/hello.git");
  issued.set_ssh_private_key("a key");
  issued.add_ssh_known_hosts("github.test ssh-ed25519 AAAA");
  issued.add_ssh_known_hosts("github.test ssh-rsa BBBB");
  (*issued.mutable_secrets())["TOKEN"] = "a secret";
  (*issued.mutable_secrets())["EMPTY_LINE"] = "\n";
  auto& credential = *issued.add_registry_credentials();
  credential.set_registry("r.example:5000");
  credential.set_username("ann");
  credential.set_password("a password");
  projects_.SetCheckout(issued);

  const std::string session = OpenSession("one");
  auto request = Request("a");
  v1::Service& service = *request.mutable_jobs(0)->add_services();
  service.set_name("db");
  service.set_image("r.example:5000/db");
  (*service.mutable_environment())["A"] = "b";
  ASSERT_TRUE(Create(request).ok());
  const auto leased = Lease(session, "r1");
  const auto checkout = IssueCheckout(session, leased->lease());
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->clone_url(), "ssh://git@github.test/octo/hello.git");
  EXPECT_EQ(checkout->ssh_private_key(), "a key");
  EXPECT_THAT(checkout->ssh_known_hosts(),
              ElementsAre("github.test ssh-ed25519 AAAA", "github.test ssh-rsa BBBB"));
  EXPECT_THAT(checkout->secrets(),
              UnorderedElementsAre(Pair("TOKEN", "a secret"), Pair("EMPTY_LINE", "\n")));
  ASSERT_THAT(checkout->registry_credentials(), SizeIs(1));
  EXPECT_EQ(checkout->registry_credentials(0).registry(), "r.example:5000");
  EXPECT_EQ(checkout->registry_credentials(0).username(), "ann");
  EXPECT_EQ(checkout->registry_credentials(0).password(), "a password");
  EXPECT_EQ(leased->lease().spec().environment().count("TOKEN"), 0u) << "not in what is stored";

  ASSERT_THAT(projects_.Checkouts(), SizeIs(1));
  const project::v1::IssueCheckoutRequest asked = projects_.Checkouts()[0];
  EXPECT_EQ(asked.project(), "projects/1");
  EXPECT_EQ(asked.commit(), std::string(40, 'a'));
  EXPECT_EQ(asked.attempt(), "projects/1/builds/1/jobs/1/attempts/1");
  EXPECT_THAT(asked.images(), ElementsAre("debian:12", "r.example:5000/db"));
  ASSERT_THAT(leased->lease().spec().services(), SizeIs(1)) << "P18";
  EXPECT_EQ(leased->lease().spec().services(0).name(), "db");
  EXPECT_EQ(leased->lease().spec().services(0).environment().at("A"), "b");
  EXPECT_FALSE(asked.fork());
  EXPECT_FALSE(asked.refused());
}

TEST_F(CheckoutTest, I18_AForksJobIsAskedForAsOne) {
  projects_.SetCheckout(project::v1::IssueCheckoutResponse());
  const std::string session = OpenSession("one");
  auto request = Request("a");
  request.set_fork("stranger/hello");
  ASSERT_TRUE(Create(request).ok());
  const auto leased = Lease(session, "r1");
  ASSERT_TRUE(IssueCheckout(session, leased->lease()).ok());
  ASSERT_TRUE(IssueCheckout(session, leased->lease(), /*refused=*/true).ok());
  ASSERT_THAT(projects_.Checkouts(), SizeIs(2));
  EXPECT_TRUE(projects_.Checkouts()[0].fork());
  EXPECT_FALSE(projects_.Checkouts()[0].refused());
  EXPECT_TRUE(projects_.Checkouts()[1].fork());
  EXPECT_TRUE(projects_.Checkouts()[1].refused());
}

TEST_F(CheckoutTest, ProjectServicesErrorsKeepTheirCodesAndWords) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto leased = Lease(session, "r1");
  for (const absl::Status& error :
       {absl::NotFoundError("the project is deleted"),
        WithReason(absl::FailedPreconditionError("GitHub has no deploy key of this project."),
                   "deploy_key_missing"),
        WithReason(absl::UnavailableError("GitHub does not answer."), "github_unavailable")}) {
    projects_.SetCheckout(error);
    const absl::Status told = IssueCheckout(session, leased->lease()).status();
    EXPECT_EQ(told.code(), error.code());
    EXPECT_EQ(told.message(), error.message());
    EXPECT_EQ(Reason(told), Reason(error));
  }
}

TEST_F(CheckoutTest, I6_OnlyTheHolderOfALiveFenceIsTold) {
  project::v1::IssueCheckoutResponse issued;
  issued.set_ssh_private_key("a key");
  projects_.SetCheckout(issued);
  const std::string session = OpenSession("one");
  const std::string other = OpenSession("two");
  ASSERT_TRUE(Create(Request("a")).ok());
  runner::v1::Lease lease = Lease(session, "r1")->lease();
  EXPECT_EQ(Reason(IssueCheckout(other, lease).status()), "stale_fence") << "not its own";
  lease.set_fence(2);
  EXPECT_EQ(IssueCheckout(session, lease).status().code(), absl::StatusCode::kInvalidArgument);
  lease.set_fence(1);
  ASSERT_TRUE(FinishJob(session, lease, 0, 1).ok());
  EXPECT_EQ(Reason(IssueCheckout(session, lease).status()), "stale_fence") << "ended";
  EXPECT_THAT(projects_.Checkouts(), IsEmpty());
}

}  // namespace
}  // namespace kozmic::build
