#include "lib/docker/pull_stream.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kozmic::docker {
namespace {

TEST(TransferStreamTest, ReadsMessagesHoweverTheyAreCut) {
  const std::string wire =
      "{\"status\":\"Pulling from library/debian\",\"id\":\"12\"}\r\n"
      "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10},\"id\":\"ab\"}"
      "\r\n{\"status\":\"Status: Downloaded newer image\"}\r\n";
  for (size_t piece = 1; piece <= wire.size(); ++piece) {
    std::vector<TransferProgress> seen;
    TransferStream stream([&](const TransferProgress& progress) { seen.push_back(progress); });
    for (size_t i = 0; i < wire.size(); i += piece) {
      ASSERT_TRUE(stream.Feed(wire.substr(i, piece)));
    }
    ASSERT_TRUE(stream.Finish().ok());
    ASSERT_EQ(seen.size(), 3u) << "pieces of " << piece;
    EXPECT_EQ(seen[1].layer, "ab");
    EXPECT_EQ(seen[1].current, 5);
    EXPECT_EQ(seen[1].total, 10);
    EXPECT_EQ(seen[2].status, "Status: Downloaded newer image");
  }
}

TEST(TransferStreamTest, ReturnsTheErrorThatTheStreamCarried) {
  TransferStream stream(nullptr);
  ASSERT_TRUE(
      stream.Feed("{\"status\":\"x\"}\n{\"errorDetail\":{\"message\":\"no space left\"},"
                  "\"error\":\"no space left\"}\n"));
  EXPECT_EQ(stream.Finish(), absl::InternalError("no space left"));
}

TEST(TransferStreamTest, IsAnErrorWhenTheStreamIsNotJson) {
  TransferStream stream(nullptr);
  ASSERT_TRUE(stream.Feed("<html>\n"));
  EXPECT_FALSE(stream.Finish().ok());
}

TEST(TransferStreamTest, RefusesAMessageWithoutEnd) {
  TransferStream stream(nullptr);
  bool taken = true;
  for (int i = 0; taken && i < 100; ++i) taken = stream.Feed(std::string(100000, 'x'));
  EXPECT_FALSE(taken);
}

struct Case {
  const char* message;
  absl::StatusCode code;
};

TEST(TransferErrorTest, TellsARegistryThatIsAwayFromAnImageThatIsNot) {
  const Case cases[] = {
      {"Get \"https://r.example/v2/\": dial tcp: lookup r.example on 10.0.0.2:53: no such host",
       absl::StatusCode::kUnavailable},
      {"Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
       absl::StatusCode::kUnavailable},
      {"Get \"https://r.example/v2/\": net/http: request canceled while waiting for connection "
       "(Client.Timeout exceeded while awaiting headers)",
       absl::StatusCode::kUnavailable},
      {"Get \"https://r.example/v2/\": context deadline exceeded", absl::StatusCode::kUnavailable},
      {"Get \"https://r.example/v2/\": net/http: TLS handshake timeout",
       absl::StatusCode::kUnavailable},
      {"received unexpected HTTP status: 503 Service Unavailable", absl::StatusCode::kUnavailable},
      {"Get \"https://r.example/v2/\": EOF", absl::StatusCode::kUnavailable},
      {"manifest for debian:99 not found: manifest unknown: manifest unknown",
       absl::StatusCode::kNotFound},
      {"pull access denied for a/b, repository does not exist or may require 'docker login': "
       "denied: requested access to the resource is denied",
       absl::StatusCode::kPermissionDenied},
      {"Get \"https://r.example/v2/a/manifests/1\": unauthorized: authentication required",
       absl::StatusCode::kPermissionDenied},
      {"toomanyrequests: You have reached your pull rate limit.",
       absl::StatusCode::kResourceExhausted},
      {"write /var/lib/docker/tmp/x: no space left on device", absl::StatusCode::kInternal},
  };
  for (const Case& c : cases) {
    const absl::Status status = TransferError(c.message, absl::StatusCode::kInternal);
    EXPECT_EQ(status.code(), c.code) << c.message;
    EXPECT_EQ(status.message(), c.message);
  }
}

}  // namespace
}  // namespace kozmic::docker
