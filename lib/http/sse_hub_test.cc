#include "lib/http/sse_hub.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/http/hardened_server.h"
#include "lib/http/raw_client.h"

namespace kozmic::http {
namespace {

// Remembers what the hub asked of it.
class FakeSource : public SseSource {
 public:
  void Start(const std::string& topic, uint64_t cursor, uint64_t generation) override {
    const std::lock_guard lock(mutex_);
    running_[topic] = generation;
    calls_.push_back(absl::StrCat("start ", topic, "@", cursor));
  }
  void Stop(const std::string& topic, uint64_t generation) override {
    const std::lock_guard lock(mutex_);
    if (running_[topic] == generation) running_.erase(topic);
    calls_.push_back(absl::StrCat("stop ", topic));
  }
  // 0 when nobody watches.
  uint64_t Generation(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(topic);
    return found == running_.end() ? 0 : found->second;
  }
  std::vector<std::string> Calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, uint64_t> running_;
  std::vector<std::string> calls_;
};

class SseHubTest : public testing::Test {
 protected:
  void SetUp() override { Begin({}); }
  void TearDown() override {
    if (server_) server_->Stop(absl::ZeroDuration());
    hub_.reset();
  }

  void Begin(const SseHubOptions& options) {
    if (server_) server_->Stop(absl::ZeroDuration());
    hub_ = std::make_unique<SseHub>(options);
    hub_->AddKind(
        "log",
        {.source = &source_,
         .counted = true,
         .behind = [](const std::string& topic, uint64_t cursor) {
           return SseFrame{cursor, cursor, "log_behind", absl::StrCat(topic, "@", cursor), nullptr};
         }});
    hub_->AddKind("state", {.source = &source_, .snapshot = [this](const std::string&) {
                              const std::lock_guard lock(mutex_);
                              return state_ == 0 ? std::nullopt
                                                 : std::optional<SseFrame>(SseFrame{
                                                       0, state_, "state",
                                                       absl::StrCat("all", state_), nullptr});
                            }});
    hub_->Start();
    auto server = HardenedServer::Listen({});
    ASSERT_TRUE(server.ok());
    server_ = *std::move(server);
    // /stream?log=a@5&state=s
    server_->Route("GET", "/stream", [this](Exchange& exchange) {
      std::vector<SseHub::Subscription> subscriptions;
      for (const auto& [kind, value] : exchange.target.query) {
        const std::vector<std::string> parts = absl::StrSplit(value, '@');
        uint64_t cursor = 0;
        ASSERT_TRUE(parts.size() < 2 || absl::SimpleAtoi(parts[1], &cursor));
        subscriptions.push_back({kind, parts[0], cursor});
      }
      auto seat = std::make_shared<SseHub::Seat>(hub_->Reserve(exchange.client_ip));
      if (!*seat) {
        exchange.response.status = 503;
        return;
      }
      exchange.response.set_header("Content-Type", "text/event-stream");
      {
        const std::lock_guard lock(mutex_);
        last_viewer_ = seat->viewer;
      }
      exchange.detach = [this, seat, subscriptions](DetachedSocket socket) {
        hub_->Attach(std::move(socket), std::move(*seat), subscriptions, companion_);
      };
    });
    server_->Start();
  }

  std::unique_ptr<RawClient> Watch(const std::string& query, int receive_buffer = 0) {
    auto client = std::make_unique<RawClient>(server_->port(), receive_buffer);
    client->Send(Get("/stream?" + query));
    const std::string preamble = "retry: 1000\n\n";
    EXPECT_TRUE(client->ReadUntil(preamble));
    client->received.erase(0, client->received.find(preamble) + preamble.size());
    return client;
  }

  uint64_t Running(const std::string& topic) {
    EXPECT_TRUE(Eventually([&] { return source_.Generation(topic) != 0; }));
    return source_.Generation(topic);
  }

  void PublishLog(const std::string& topic, uint64_t begin, const std::string& bytes) {
    hub_->Publish("log", topic, Running(topic),
                  {begin, begin + bytes.size(), "log", bytes,
                   [begin, bytes](uint64_t from) { return bytes.substr(from - begin); }});
  }

  FakeSource source_;
  std::mutex mutex_;
  uint64_t state_ = 0;
  uint64_t last_viewer_ = 0;
  const std::shared_ptr<const int> companion_ = std::make_shared<const int>(0);
  std::unique_ptr<SseHub> hub_;
  std::unique_ptr<HardenedServer> server_;
};

TEST_F(SseHubTest, FramesCarryTheViewersOwnOffset) {
  auto first = Watch("log=a@0");
  PublishLog("a", 0, "hello");
  EXPECT_TRUE(first->ReadUntil("id: 5\nevent: log\ndata: hello\n\n"));
  auto second = Watch("log=a@2");
  EXPECT_TRUE(second->ReadUntil("id: 5\nevent: log\ndata: llo\n\n"));
  PublishLog("a", 5, "!");
  EXPECT_TRUE(first->ReadUntil("id: 6\nevent: log\ndata: !\n\n"));
  EXPECT_TRUE(second->ReadUntil("id: 6\nevent: log\ndata: !\n\n"));
}

TEST_F(SseHubTest, TheIdListsAllCountedTopicsInOrder) {
  auto client = Watch("state=s&log=a@7&log=b@9");
  PublishLog("b", 9, "xyz");
  EXPECT_TRUE(client->ReadUntil("id: 7,12\nevent: log\ndata: xyz\n\n"));
  PublishLog("a", 7, "q");
  EXPECT_TRUE(client->ReadUntil("id: 8,12\nevent: log\ndata: q\n\n"));
  hub_->Publish("state", "s", Running("s"), {0, 1, "state", "news", nullptr});
  EXPECT_TRUE(client->ReadUntil("event: state\ndata: news\n\n"));
  EXPECT_FALSE(absl::StrContains(client->received, "id: 8,12\nevent: state"));
}

TEST_F(SseHubTest, OneSourceServesAllViewersAndStopsWithTheLast) {
  auto first = Watch("log=a@3");
  Running("a");
  auto second = Watch("log=a@3");
  first->Close();
  ASSERT_TRUE(Eventually([&] { return hub_->viewers() == 1; }));
  PublishLog("a", 3, "x");
  EXPECT_TRUE(second->ReadUntil("data: x\n"));
  second->Close();
  ASSERT_TRUE(Eventually([&] { return source_.Generation("a") == 0; }));
  EXPECT_EQ(source_.Calls(), (std::vector<std::string>{"start a@3", "stop a"}));
}

TEST_F(SseHubTest, ALateFrameOfAStoppedSourceIsDropped) {
  auto first = Watch("log=a@0");
  const uint64_t old = Running("a");
  first->Close();
  ASSERT_TRUE(Eventually([&] { return source_.Generation("a") == 0; }));
  auto second = Watch("log=a@0");
  Running("a");
  hub_->Publish("log", "a", old, {0, 3, "log", "old", nullptr});
  PublishLog("a", 0, "new");
  EXPECT_TRUE(second->ReadUntil("data: new\n\n"));
  EXPECT_FALSE(absl::StrContains(second->received, "old"));
}

TEST_F(SseHubTest, WhoAsksForBytesThatAreGoneIsToldAndNotServedFurther) {
  auto first = Watch("log=a@1000");
  Running("a");
  auto early = Watch("log=a@10");
  EXPECT_TRUE(early->ReadUntil("event: log_behind\ndata: a@10\n\n"));
  PublishLog("a", 1000, "x");
  EXPECT_TRUE(first->ReadUntil("data: x\n\n"));
  EXPECT_FALSE(absl::StrContains(early->received, "data: x"));
}

TEST_F(SseHubTest, AStateBeginsWithItsSnapshot) {
  auto first = Watch("state=s");
  const uint64_t generation = Running("s");
  {
    const std::lock_guard lock(mutex_);
    state_ = 5;
  }
  hub_->Publish("state", "s", generation, {0, 5, "state", "five", nullptr});
  EXPECT_TRUE(first->ReadUntil("data: five\n\n"));
  auto second = Watch("state=s");
  EXPECT_TRUE(second->ReadUntil("data: all5\n\n"));
  hub_->Publish("state", "s", generation, {0, 6, "state", "six", nullptr});
  EXPECT_TRUE(second->ReadUntil("data: six\n\n"));
  EXPECT_FALSE(absl::StrContains(second->received, "five"));
}

TEST_F(SseHubTest, AThousandViewersGetEverythingOnceAndInOrder) {
  constexpr int kViewers = 1000, kFrames = 50;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < kViewers; ++i) clients.push_back(Watch("log=a@0"));
  std::string expected;
  uint64_t offset = 0;
  for (int i = 0; i < kFrames; ++i) {
    const std::string bytes = absl::StrCat("<", i, ">", std::string(500, 'x'));
    PublishLog("a", offset, bytes);
    offset += bytes.size();
    absl::StrAppend(&expected, "id: ", offset, "\nevent: log\ndata: ", bytes, "\n\n");
  }
  for (auto& client : clients) {
    while (client->received.size() < expected.size()) ASSERT_TRUE(client->Read());
    ASSERT_EQ(client->received, expected);
  }
  EXPECT_EQ(hub_->dropped(), 0U);
}

TEST_F(SseHubTest, BadInput46AViewerThatDoesNotReadIsDroppedAndHurtsNobody) {
  Begin({.max_pending_bytes = 1 << 20, .send_buffer_bytes = 4096});
  auto good = Watch("log=a@0");
  auto slow = Watch("log=a@0", /*receive_buffer=*/4096);
  const std::string bytes(16 * 1024, 'x');
  uint64_t offset = 0;
  // Far more than the limit: 8 MB.
  for (int i = 0; i < 512; ++i) {
    PublishLog("a", offset, bytes);
    offset += bytes.size();
    ASSERT_TRUE(good->ReadUntil(absl::StrCat("id: ", offset, "\n"))) << i;
    while (!absl::EndsWith(good->received, "\n\n")) ASSERT_TRUE(good->Read());
    ASSERT_FALSE(absl::StrContains(good->received, "log_behind"));
    good->received.clear();
    if (hub_->dropped() == 1) break;
  }
  EXPECT_EQ(hub_->dropped(), 1U);
  EXPECT_LE(offset, 3U << 20) << "dropped at about 1 MB";
  EXPECT_TRUE(Eventually([&] { return hub_->viewers() == 1; }));
}

TEST_F(SseHubTest, AStalledViewerIsSweptOutWithoutFurtherFrames) {
  Begin({.stall_timeout = absl::Milliseconds(200), .send_buffer_bytes = 4096});
  auto slow = Watch("log=a@0", /*receive_buffer=*/4096);
  PublishLog("a", 0, std::string(200 * 1024, 'x'));
  EXPECT_TRUE(Eventually([&] { return hub_->viewers() == 0; }));
  EXPECT_EQ(hub_->dropped(), 1U);
}

TEST_F(SseHubTest, ASlowViewerThatReadsIsToldThatItFellBehind) {
  Begin({.max_pending_bytes = 64 << 20, .send_buffer_bytes = 4096});
  auto slow = Watch("log=a@0", /*receive_buffer=*/4096);
  const std::string bytes(16 * 1024, 'x');
  for (uint64_t i = 0; i < 100; ++i) PublishLog("a", i * bytes.size(), bytes);
  ASSERT_TRUE(slow->ReadUntil("event: log_behind\n"));
  // Contiguous up to where it was told.
  uint64_t last = 0;
  for (absl::string_view line : absl::StrSplit(slow->received, '\n')) {
    if (!absl::ConsumePrefix(&line, "id: ")) continue;
    uint64_t id = 0;
    ASSERT_TRUE(absl::SimpleAtoi(line, &id));
    ASSERT_EQ(id, last + bytes.size());
    last = id;
  }
  ASSERT_TRUE(slow->ReadUntil(absl::StrCat("data: a@", last, "\n\n")));
}

TEST_F(SseHubTest, QuietStreamsCarryHeartbeats) {
  Begin({.heartbeat = absl::Milliseconds(100)});
  auto client = Watch("log=a@0");
  EXPECT_TRUE(client->ReadUntil(":\n\n:\n\n:\n\n"));
}

TEST_F(SseHubTest, AViewerThatGoesIsNoticedWithoutTraffic) {
  auto client = Watch("log=a@0");
  ASSERT_EQ(hub_->viewers(), 1U);
  client->Close();
  EXPECT_TRUE(Eventually([&] { return hub_->viewers() == 0; }));
}

TEST_F(SseHubTest, ViewersAreLimitedInAllAndPerAddress) {
  Begin({.max_viewers = 5, .max_viewers_per_ip = 2});
  auto first = Watch("log=a@0");
  auto second = Watch("log=a@0");
  EXPECT_EQ(StatusOf(Ask(server_->port(), Get("/stream?log=a@0"))), 503);
  first->Close();
  ASSERT_TRUE(Eventually([&] { return hub_->viewers() == 1; }));
  auto third = Watch("log=a@0");
  EXPECT_EQ(hub_->viewers(), 2U);
}

TEST_F(SseHubTest, StreamsEndAtTheirAge) {
  Begin({.heartbeat = absl::Milliseconds(100), .max_age = absl::Milliseconds(300)});
  auto client = Watch("log=a@0");
  client->ReadToEnd();
  EXPECT_TRUE(client->at_end());
}

TEST_F(SseHubTest, ClosingOneStreamLeavesTheOthers) {
  auto first = Watch("log=a@0");
  uint64_t viewer = 0;
  {
    const std::lock_guard lock(mutex_);
    viewer = last_viewer_;
  }
  auto second = Watch("log=a@0");
  EXPECT_EQ(companion_.use_count(), 3);
  hub_->Close(viewer);
  hub_->Close(viewer);
  hub_->Close(viewer + 1000);
  first->ReadToEnd();
  EXPECT_TRUE(first->at_end());
  EXPECT_TRUE(Eventually([&] { return companion_.use_count() == 2; }))
      << "let go of with the stream";
  PublishLog("a", 0, "x");
  EXPECT_TRUE(second->ReadUntil("data: x\n\n"));
}

TEST_F(SseHubTest, StoppingClosesStreamsAndSources) {
  auto client = Watch("log=a@0&state=s");
  Running("s");
  hub_->Stop();
  client->ReadToEnd();
  EXPECT_TRUE(client->at_end());
  EXPECT_EQ(source_.Generation("a"), 0U);
  EXPECT_EQ(source_.Generation("s"), 0U);
}

}  // namespace
}  // namespace kozmic::http
