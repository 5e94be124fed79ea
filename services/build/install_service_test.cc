// The rpcs of install scripts' images, as runners call them. P52, N9

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/services_fixture.h"

namespace kozmic::build {
namespace {

using runner::v1::RunnerService;

const std::string kCacheId(64, 'c');
const std::string kDigest = "sha256:" + std::string(64, 'd');

class InstallServiceTest : public ServicesFixture {
 protected:
  runner::v1::ClaimInstallRequest Request(const std::string& session,
                                          const runner::v1::Lease& lease) {
    runner::v1::ClaimInstallRequest request;
    request.set_session(session);
    request.set_attempt(lease.attempt());
    request.set_fence(lease.fence());
    request.set_registry("registry.test/kozmic");
    request.set_cache_id(kCacheId);
    return request;
  }
  absl::StatusOr<runner::v1::ClaimInstallResponse> Claim(
      const runner::v1::ClaimInstallRequest& request, const std::string& token = kRunnerToken) {
    return Call(*runners_stub_, &RunnerService::Stub::ClaimInstall, request, token, kTimeout);
  }
  runner::v1::Lease Leased(const std::string& session, const std::string& id) {
    EXPECT_TRUE(Create(ServicesFixture::Request(id)).ok());
    return Lease(session, id)->lease();
  }
  absl::Status Finish(const runner::v1::FinishInstallRequest& request) {
    return Call(*runners_stub_, &RunnerService::Stub::FinishInstall, request, kRunnerToken,
                kTimeout)
        .status();
  }
};

// N9: who waits is told by the stream of its session, at once.
TEST_F(InstallServiceTest, N9TheEndOfAClaimIsToldToThoseWhoWait) {
  const std::string one = OpenSession("one");
  const std::string two = OpenSession("two");
  const runner::v1::Lease first = Leased(one, "a");
  const runner::v1::Lease second = Leased(two, "b");
  const auto claimed = Claim(Request(one, first));
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  ASSERT_NE(claimed->claim(), 0);

  runner::v1::WatchSessionRequest watch;
  watch.set_session(two);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kTimeout, kRunnerToken);
  const auto stream = runners_stub_->WatchSession(&context, watch);
  runner::v1::WatchSessionResponse hint;
  ASSERT_TRUE(stream->Read(&hint)) << "it is listened to";
  // What the session's beginning left to be told.
  auto waiting = Claim(Request(two, second));
  ASSERT_TRUE(waiting.ok()) << waiting.status();
  EXPECT_EQ(waiting->holder().runner(), "one");
  EXPECT_EQ(waiting->holder().build(), 1);
  EXPECT_GT(waiting->look_again_seconds(), 30);
  EXPECT_LE(waiting->look_again_seconds(), 60);

  runner::v1::FinishInstallRequest finish;
  finish.set_session(one);
  finish.set_claim(claimed->claim());
  finish.mutable_image()->set_digest(kDigest);
  finish.mutable_image()->set_inputs("{}");
  finish.set_kept(3);
  ASSERT_TRUE(Finish(finish).ok());
  while (!waiting->has_image()) {
    ASSERT_TRUE(stream->Read(&hint));
    waiting = Claim(Request(two, second));
    ASSERT_TRUE(waiting.ok()) << waiting.status();
  }
  EXPECT_EQ(waiting->image().digest(), kDigest);
  EXPECT_EQ(waiting->image().runner(), "one");
  EXPECT_EQ(Reason(Finish(finish)), "stale_claim");
  context.TryCancel();
}

TEST_F(InstallServiceTest, RequestsAreChecked) {
  const std::string session = OpenSession("one");
  const auto request = Request(session, Leased(session, "a"));
  EXPECT_TRUE(absl::IsUnauthenticated(Claim(request, "no token at all, but long enough").status()));
  EXPECT_TRUE(
      absl::IsPermissionDenied(Claim(request, ServiceToken(kServiceKey, "project")).status()));
  auto bad = request;
  bad.set_cache_id("x");
  EXPECT_TRUE(absl::IsInvalidArgument(Claim(bad).status()));
  bad = request;
  bad.set_registry("");
  EXPECT_TRUE(absl::IsInvalidArgument(Claim(bad).status()));
  bad = request;
  bad.set_missing_digest("latest");
  EXPECT_TRUE(absl::IsInvalidArgument(Claim(bad).status()));
  bad = request;
  bad.set_fence(7);
  EXPECT_TRUE(absl::IsInvalidArgument(Claim(bad).status()));
  runner::v1::FinishInstallRequest finish;
  finish.set_session(session);
  finish.mutable_image()->set_digest("sha256:short");
  EXPECT_TRUE(absl::IsInvalidArgument(Finish(finish)));
  runner::v1::TidyInstallsRequest tidy;
  tidy.set_session(session);
  tidy.add_projects("projects/x");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Call(*runners_stub_, &RunnerService::Stub::TidyInstalls, tidy, kRunnerToken, kTimeout)
          .status()));
}

}  // namespace
}  // namespace kozmic::build
