#include "lib/metrics/metrics_server.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/http/raw_client.h"
#include "lib/metrics/metrics.h"

namespace kozmic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(MetricsServerTest, AnswersWithAllMetricsAndNothingElse) {
  CounterNamed("kozmic_asked_total", "Times.").Add({}).Increment();
  const auto server = MetricsServer::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const int port = (*server)->port();
  EXPECT_THAT(http::Ask(port, "GET /metrics HTTP/1.1\r\nHost: pod\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("text/plain; version=0.0.4"),
                    HasSubstr("kozmic_asked_total 1\n")));
  EXPECT_THAT(http::Ask(port, "GET / HTTP/1.1\r\nHost: pod\r\n\r\n"), StartsWith("HTTP/1.1 404"));
}

TEST(MetricsServerTest, SaysWhatIsWrongWithAnAddress) {
  for (const char* bad : {"9100", ":9100", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000"}) {
    const auto server = MetricsServer::Start(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(server.status())) << bad;
    EXPECT_THAT(std::string(server.status().message()), HasSubstr("is not host:port"));
  }
}

}  // namespace
}  // namespace kozmic
