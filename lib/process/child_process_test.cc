#include "lib/process/child_process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "lib/http/socket.h"

namespace kozmic {
namespace {

TEST(RunChildTest, TellsOutputAndExit) {
  const auto result = RunChild({"sh", "-c", "echo out; echo err >&2; echo $A; exit 3"}, {"A=b"},
                               absl::Seconds(20), {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->output, "out\nerr\nb\n");
}

TEST(RunChildTest, KillsTheWholeGroupWhenLate) {
  const auto late =
      RunChild({"sh", "-c", "sleep 100 & sleep 100"}, {}, absl::Milliseconds(100), {});
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(RunChildTest, DoesNotWaitForWhoKeepsTheOutput) {
  const auto result =
      RunChild({"sh", "-c", "sleep 100 & echo $!"}, {"PATH=/usr/bin:/bin"}, absl::Seconds(20), {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->exit_code, 0);
}

TEST(RunChildTest, MissingProgramIsAnError) {
  EXPECT_EQ(RunChild({"/no/such/program"}, {}, absl::Seconds(1), {}).status().code(),
            absl::StatusCode::kInternal);
}

TEST(RunChildTest, InheritsNothingButWhatItIsGiven) {
  const auto file = [](const std::string& text) {
    http::UniqueFd fd(memfd_create("test", MFD_CLOEXEC));
    EXPECT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    return fd;
  };
  const http::UniqueFd first = file("first ");
  const http::UniqueFd second = file("second ");
  const http::UniqueFd other = file("other ");
  // As if whoever started this process had left them open.
  const http::UniqueFd low(fcntl(other.get(), F_DUPFD, 3));
  const http::UniqueFd high(fcntl(other.get(), F_DUPFD, 40));
  const auto result =
      RunChild({"sh", "-c", "cat /proc/$$/fd/10 /proc/$$/fd/11; exec ls /proc/self/fd"},
               {"PATH=/usr/bin:/bin"}, absl::Seconds(20), {}, {second.get(), first.get()});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->output, "second first 0\n1\n10\n11\n2\n3\n") << "3 is what ls looks by";
}

}  // namespace
}  // namespace kozmic
