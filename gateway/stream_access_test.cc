#include <gtest/gtest.h>

#include <string>

#include "gateway/testing/gateway_fixture.h"
#include "gateway/testing/viewer.h"

namespace kozmic::gateway {
namespace {

// A gateway that asks often who may see what.
class StreamAccessTest : public GatewayTest {
 protected:
  void SetUp() override {
    LiveStreamsOptions options;
    options.guard.interval = absl::Milliseconds(100);
    Begin(options);
    builds_.Put(1, build::v1::STATE_PENDING);
  }
  size_t checks() { return projects_.Calls("CheckPermission").size(); }
  // Waits until everyone was asked about anew, `times` times at least.
  void AwaitChecks(size_t times) {
    const size_t before = checks();
    EXPECT_TRUE(http::Eventually([&] { return checks() >= before + times; }));
  }
  // Whether a stream still carries what happens.
  bool Lives(Viewer& viewer) {
    builds_.Put(++builds_put_, build::v1::STATE_PENDING);
    for (;;) {
      const Viewer::Event event = viewer.Next();
      if (event.name.empty()) return false;
      for (const auto& build : event.data["builds"]) {
        if (build["number"] == builds_put_) return true;
      }
    }
  }

  int64_t builds_put_ = 1;
};

// N13.
TEST_F(StreamAccessTest, WhoIsRemovedFromAProjectLosesItsStream) {
  logs_.Append("logs/1-1-1-2", "x");
  Viewer ada(port(), "project=1");
  Viewer bob(port(), "project=1", CookieOf("session-8"));
  Viewer bobs_log(port(), "log=1/1/1/2@0", CookieOf("session-8"));
  projects_.RemoveMember("users/8", 1);
  EXPECT_TRUE(bob.Ends());
  EXPECT_TRUE(bobs_log.Ends());
  EXPECT_EQ(http::StatusOf(Get("/api/v1/stream?project=1", CookieOf("session-8"))), 404);
  EXPECT_TRUE(Lives(ada));
}

// N13: also what a program follows.
TEST_F(StreamAccessTest, ASessionOrTokenThatEndsTakesItsStreamsAlong) {
  Viewer first(port(), "project=1");
  Viewer second(port(), "project=1", CookieOf("session-7-2"));
  Viewer program(port(), "project=1", kBearer);
  EXPECT_EQ(http::StatusOf(Change("DELETE", "/api/v1/me/sessions/2")), 204);
  EXPECT_TRUE(second.Ends());
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.ended.insert("kzp_7");
  }
  EXPECT_TRUE(program.Ends());
  EXPECT_TRUE(Lives(first));
}

TEST_F(StreamAccessTest, AServiceThatIsAwayEndsNoStream) {
  Viewer ada(port(), "project=1");
  AwaitChecks(2);
  projects_.Fail(absl::UnavailableError("away"));
  AwaitChecks(1);
  EXPECT_TRUE(Lives(ada));
  projects_.Fail(absl::OkStatus());
  AwaitChecks(2);
  EXPECT_TRUE(Lives(ada));
}

TEST_F(StreamAccessTest, AStreamThatNobodyConfirmsEnds) {
  LiveStreamsOptions options;
  options.guard.interval = absl::Milliseconds(100);
  options.guard.patience = absl::Milliseconds(500);
  Begin(options);
  Viewer ada(port(), "project=1");
  AwaitChecks(10);
  EXPECT_TRUE(Lives(ada)) << "as long as somebody does";
  projects_.Fail(absl::UnavailableError("away"));
  EXPECT_TRUE(ada.Ends());
}

TEST_F(StreamAccessTest, ManyStreamsOfOneSessionAreAskedAboutOnce) {
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 20; ++i) viewers.push_back(std::make_unique<Viewer>(port(), "project=1"));
  const absl::Time start = clock_.Now();
  const size_t before = checks();
  AwaitChecks(5);
  const double intervals = (clock_.Now() - start) / absl::Milliseconds(100);
  EXPECT_LE(static_cast<double>(checks() - before), 2 * intervals + 2);
}

}  // namespace
}  // namespace kozmic::gateway
