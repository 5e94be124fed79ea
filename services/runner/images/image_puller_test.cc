#include "services/runner/images/image_puller.h"

#include <poll.h>
#include <sys/socket.h>

#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/http/socket.h"
#include "lib/testing/docker_env.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;

// Whether anybody has connected since this was asked before.
bool WasCalled(int listening) {
  bool called = false;
  pollfd waiting = {.fd = listening, .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, 0) == 1) {
    const http::UniqueFd caller(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    called = true;
  }
  return called;
}

class ImagePullerTest : public DockerTest {
 protected:
  ImagePuller Puller(absl::Duration patience = absl::Milliseconds(500)) {
    return ImagePuller(
        docker(), clock_, *pulled_,
        {.patience = patience, .rest = absl::Seconds(60), .retry_pause = absl::Milliseconds(10)});
  }
  absl::Status Pull(ImagePuller& puller, const std::string& image, bool local) {
    said_.clear();
    ImagePuller::Wanted wanted = {.reference = *docker::ParseImageReference(image)};
    if (local) wanted.local = here_;
    return puller
        .Pull(wanted, {}, [this](absl::string_view line) { absl::StrAppend(&said_, line); })
        .status();
  }

  void SetUp() override {
    DockerTest::SetUp();
    pulled_.emplace(docker());
  }

  // As if it were the one asked for.
  docker::ImageInfo here_ = {.id = "sha256:of-an-image"};
  std::optional<PulledImages> pulled_;
  FakeClock clock_{absl::FromUnixSeconds(1000)};
  std::string said_;
};

TEST_F(ImagePullerTest, SilentRegistryIsLeftAloneForAWhileWhenTheImageIsHere) {
  // It takes connections and never says a word.
  const auto silent = http::ListenTcp("127.0.0.1", 0, 16);
  ASSERT_TRUE(silent.ok()) << silent.status();
  const std::string image = absl::StrCat("127.0.0.1:", http::LocalPort(silent->get()), "/small:1");
  // The engine is to have called by then.
  ImagePuller puller = Puller(absl::Seconds(3));
  const auto was_asked = [&silent] { return WasCalled(silent->get()); };
  EXPECT_TRUE(Pull(puller, image, /*local=*/true).ok());
  EXPECT_TRUE(was_asked());
  EXPECT_THAT(said_, HasSubstr("using the image as it is here"));

  EXPECT_TRUE(Pull(puller, image, true).ok());
  EXPECT_FALSE(was_asked()) << "not again so soon";
  EXPECT_THAT(said_, HasSubstr("using the image as it is here"));

  clock_.Advance(absl::Seconds(61));
  EXPECT_TRUE(Pull(puller, image, true).ok());
  EXPECT_TRUE(was_asked());
}

TEST_F(ImagePullerTest, ImageThatIsNotHereIsTriedThreeTimes) {
  ImagePuller puller = Puller();
  const absl::Status status = Pull(puller, "127.0.0.1:1/small:1", /*local=*/false);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("connection refused"));
  EXPECT_THAT(said_, HasSubstr("Retry 2..."));
  EXPECT_THAT(said_, testing::Not(HasSubstr("Retry 3...")));
}

TEST_F(ImagePullerTest, MissingImageIsNotTriedAgainNorReplacedByALocalOne) {
  auto registry = RegistryProcess::Start();
  ASSERT_TRUE(registry.ok()) << registry.status();
  ImagePuller puller = Puller();
  for (const bool local : {false, true}) {
    const absl::Status status = Pull(puller, (*registry)->address() + "/none:1", local);
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_EQ(said_, "");
  }
}

// P20
TEST_F(ImagePullerTest, AnImageThatAnInstallScriptLedToIsNoFallback) {
  here_.labels["kozmic.cache"] = "projects/7";
  ImagePuller puller = Puller();
  const absl::Status status = Pull(puller, "127.0.0.1:1/small:1", /*local=*/true);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(said_, testing::Not(HasSubstr("using the image as it is here")));
}

TEST_F(ImagePullerTest, EndsWhenStopped) {
  const auto silent = http::ListenTcp("127.0.0.1", 0, 16);
  ASSERT_TRUE(silent.ok()) << silent.status();
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  ImagePuller puller = Puller();
  const auto reference = docker::ParseImageReference(
      absl::StrCat("127.0.0.1:", http::LocalPort(silent->get()), "/small:1"));
  EXPECT_EQ(puller.Pull({.reference = *reference}, stop.get_token(), [](absl::string_view) {})
                .status()
                .code(),
            absl::StatusCode::kCancelled);
  stopper.join();
}

}  // namespace
}  // namespace kozmic::runner
