// DeleteProject as ProjectService calls it, and what runners and watchers then meet. K13

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/services_fixture.h"

namespace kozmic::build {
namespace {

using runner::v1::LeaseJobResponse;
using runner::v1::RenewLeasesResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::BuildService;

class DeletionServiceTest : public ServicesFixture {
 protected:
  // Whether it is done.
  absl::StatusOr<bool> Delete(const std::string& name, const std::string& as = "project") {
    v1::DeleteProjectRequest request;
    request.set_name(name);
    const auto response = Call(*builds_stub_, &BuildService::Stub::DeleteProject, request,
                               ServiceToken(kServiceKey, as), kTimeout);
    if (!response.ok()) return response.status();
    return response->done();
  }
};

// Bad input 43
TEST_F(DeletionServiceTest, ARunningJobsLeaseIsLost) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  const runner::v1::Lease lease = Lease(session, "r1")->lease();
  EXPECT_TRUE(*Delete("projects/1"));
  EXPECT_EQ(Renew(session, lease, runner::v1::PHASE_SCRIPT)->answers(0).verdict(),
            RenewLeasesResponse::VERDICT_LOST);
  EXPECT_EQ(Reason(IssueCheckout(session, lease).status()), "stale_fence");
  EXPECT_EQ(Reason(FinishJob(session, lease, 0, 100)), "stale_fence");
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(seals_, IsEmpty()) << "no log comes back";
}

TEST_F(DeletionServiceTest, AWaitingRunnerGetsNoJobOfIt) {
  ASSERT_TRUE(Create(Request("a")).ok());
  EXPECT_TRUE(*Delete("projects/1"));
  const std::string session = OpenSession("one");
  absl::StatusOr<LeaseJobResponse> response;
  std::thread waiting([&] { response = Lease(session, "r1"); });
  auto request = Request("b");
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kNotFound);
  request.set_parent("projects/2");
  ASSERT_TRUE(Create(request).ok());
  waiting.join();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->lease().attempt(), "projects/2/builds/1/jobs/1/attempts/1");
}

TEST_F(DeletionServiceTest, ItsWatchesEndWithNotFoundAndThoseOfOthersGoOn) {
  auto request = Request("a");
  ASSERT_TRUE(Create(request).ok());
  request.set_parent("projects/2");
  ASSERT_TRUE(Create(request).ok());
  const auto watch = [&](grpc::ClientContext& context, const std::string& project) {
    PrepareCall(context, absl::Now() + kTimeout, ServiceToken(kServiceKey, "gateway"));
    v1::WatchProjectRequest watched;
    watched.set_name(project);
    return builds_stub_->WatchProject(&context, watched);
  };
  grpc::ClientContext doomed_context;
  grpc::ClientContext other_context;
  grpc::ClientContext late_context;
  const auto doomed = watch(doomed_context, "projects/1");
  const auto other = watch(other_context, "projects/2");
  v1::WatchProjectResponse response;
  ASSERT_TRUE(doomed->Read(&response));
  ASSERT_TRUE(other->Read(&response));

  EXPECT_TRUE(*Delete("projects/1"));
  EXPECT_FALSE(doomed->Read(&response));
  EXPECT_EQ(doomed->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
  const auto late = watch(late_context, "projects/1");
  EXPECT_FALSE(late->Read(&response));
  EXPECT_EQ(late->Finish().error_code(), grpc::StatusCode::NOT_FOUND);

  request.set_request_id("b");
  ASSERT_TRUE(Create(request).ok());
  EXPECT_TRUE(other->Read(&response));
  other_context.TryCancel();
  other->Finish();
}

TEST_F(DeletionServiceTest, ItIsDoneWhenTheLogsAreGoneToo) {
  ASSERT_TRUE(Create(Request("a")).ok());
  {
    absl::MutexLock lock(&mutex_);
    logs_left_ = 2;
  }
  EXPECT_TRUE(*Delete("projects/1"));
  EXPECT_TRUE(*Delete("projects/1")) << "again";
  EXPECT_TRUE(*Delete("projects/3")) << "never built";
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(logs_removed_of_, ElementsAre(1, 1, 1, 1, 3));
}

TEST_F(DeletionServiceTest, OnlyProjectServiceDeletes) {
  ASSERT_TRUE(Create(Request("a")).ok());
  EXPECT_EQ(Delete("projects/1", "gateway").status().code(), absl::StatusCode::kPermissionDenied);
  for (const char* name : {"", "projects/", "projects/0", "projects/1/builds/1", "projects/x"}) {
    EXPECT_EQ(Delete(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_TRUE(builds_->Get(1, 1).ok());
}

}  // namespace
}  // namespace kozmic::build
