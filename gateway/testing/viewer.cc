#include "gateway/testing/viewer.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kozmic::gateway {

Viewer::Viewer(int port, const std::string& query, const std::string& headers) : client_(port) {
  client_.Send(http::Get("/api/v1/stream?" + query, headers));
  EXPECT_TRUE(client_.ReadUntil("\r\n\r\n"));
  EXPECT_EQ(http::StatusOf(client_.received), 200);
  EXPECT_EQ(Header(client_.received, "Content-Type"), "text/event-stream");
  client_.received = Body(client_.received);
}

Viewer::Event Viewer::Next() {
  for (;;) {
    const size_t end = client_.received.find("\n\n");
    if (end == std::string::npos) {
      if (!client_.Read()) return {};
      continue;
    }
    Event event;
    for (absl::string_view line : absl::StrSplit(client_.received.substr(0, end), '\n')) {
      if (absl::ConsumePrefix(&line, "event: ")) event.name = std::string(line);
      if (absl::ConsumePrefix(&line, "id: ")) event.id = std::string(line);
      if (absl::ConsumePrefix(&line, "data: ")) {
        event.data = nlohmann::json::parse(std::string(line));
      }
    }
    client_.received.erase(0, end + 2);
    if (!event.name.empty()) return event;
  }
}

std::string Viewer::ReadLog(const std::string& log, size_t from, size_t size) {
  std::string bytes;
  while (from + bytes.size() < size) {
    const Event event = Next();
    if (event.name.empty()) return bytes + "<stream ended>";
    if (event.name != "log" || event.data["log"] != log) continue;
    EXPECT_EQ(event.data["offset"], from + bytes.size());
    std::string part;
    EXPECT_TRUE(absl::Base64Unescape(event.data["bytes"].get<std::string>(), &part));
    bytes += part;
    last_id = event.id;
  }
  return bytes;
}

bool Viewer::Ends() {
  client_.ReadToEnd();
  return client_.at_end();
}

}  // namespace kozmic::gateway
