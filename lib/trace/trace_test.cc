// Spans, and how they reach a collector.

#include <map>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/metrics/metrics.h"
#include "lib/testing/http_server.h"
#include "lib/testing/raw_server.h"
#include "lib/trace/exporter.h"
#include "lib/trace/span.h"
#include "lib/trace/span_queue.h"

namespace kozmic {
namespace {

constexpr char kTrace[] = "72d3162ecc7811e381ab4c9367dc0958";
constexpr absl::Duration kDeadline = absl::Seconds(30);

// Takes spans as a collector does; or refuses.
class Collector {
 public:
  Collector() {
    server_.server().Post("/v1/traces",
                          [this](const httplib::Request& request, httplib::Response& response) {
                            absl::MutexLock lock(&mutex_);
                            ++calls_;
                            response.status = status_;
                            if (status_ != 200) return;
                            EXPECT_EQ(request.get_header_value("Content-Type"), "application/json");
                            bodies_.push_back(*ParseJson(request.body));
                          });
    server_.Start();
  }

  std::string url() const { return server_.url(); }
  void SetStatus(int status) {
    absl::MutexLock lock(&mutex_);
    status_ = status;
  }
  bool WaitForCalls(int calls) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() { return calls_ >= calls; };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), kDeadline);
  }
  // By name.
  std::map<std::string, nlohmann::json> Spans() {
    absl::MutexLock lock(&mutex_);
    std::map<std::string, nlohmann::json> spans;
    for (const nlohmann::json& body : bodies_) {
      for (const auto& span : body["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
        spans[span["name"].get<std::string>()] = span;
      }
    }
    return spans;
  }
  nlohmann::json Resource() {
    absl::MutexLock lock(&mutex_);
    return bodies_.at(0)["resourceSpans"][0]["resource"];
  }

 private:
  absl::Mutex mutex_;
  int status_ ABSL_GUARDED_BY(mutex_) = 200;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<nlohmann::json> bodies_ ABSL_GUARDED_BY(mutex_);
  TestHttpServer server_;
};

TEST(TraceTest, SpansReachTheCollectorAsTheTreeThatTheyWere) {
  Collector collector;
  {
    TraceExporter exporter({.endpoint = collector.url(), .service = "build"});
    Span outer(RootOf(kTrace), "outer", Span::Kind::kServer);
    outer.Set("kozmic.build", std::string("projects/1/builds/2"));
    {
      Span inner("inner");
      inner.Set("bytes", int64_t{9007199254740993});
      inner.SetStatus(absl::UnavailableError("GitHub is away"));
    }
    RecordPast(kTrace, "waited", absl::FromUnixSeconds(100), absl::FromUnixSeconds(103));
    RecordRoot(kTrace, "webhook", absl::FromUnixSeconds(99), absl::FromUnixSeconds(100));
  }
  auto spans = collector.Spans();
  ASSERT_EQ(spans.size(), 4u);
  const nlohmann::json& outer = spans["outer"];
  EXPECT_EQ(outer["traceId"], kTrace);
  EXPECT_EQ(outer["parentSpanId"], RootOf(kTrace).span_id);
  EXPECT_EQ(outer["kind"], 2);
  EXPECT_EQ(outer["attributes"][0]["value"]["stringValue"], "projects/1/builds/2");
  EXPECT_EQ(outer.count("status"), 0u);
  const nlohmann::json& inner = spans["inner"];
  EXPECT_EQ(inner["parentSpanId"], outer["spanId"]);
  EXPECT_EQ(inner["attributes"][0]["value"]["intValue"], "9007199254740993");
  EXPECT_EQ(inner["status"]["code"], 2);
  EXPECT_EQ(inner["status"]["message"], "GitHub is away");
  EXPECT_EQ(spans["waited"]["startTimeUnixNano"], "100000000000");
  EXPECT_EQ(spans["waited"]["endTimeUnixNano"], "103000000000");
  EXPECT_EQ(spans["webhook"].count("parentSpanId"), 0u);
  EXPECT_EQ(spans["webhook"]["spanId"], RootOf(kTrace).span_id);
  EXPECT_EQ(collector.Resource()["attributes"][1]["value"]["stringValue"], "build");
}

TEST(TraceTest, WorkThatIsForNoTraceIsNotTold) {
  Collector collector;
  {
    TraceExporter exporter({.endpoint = collector.url(), .service = "build"});
    const Span none("none");
    EXPECT_FALSE(CurrentTrace().known());
    RecordPast("no trace", "none", absl::Now(), absl::Now());
  }
  EXPECT_TRUE(collector.Spans().empty());
}

TEST(TraceTest, NothingIsKeptWhereNobodyExports) {
  { const Span span(RootOf(kTrace), "lost"); }
  EXPECT_FALSE(TracesAreExported());
  EXPECT_TRUE(SpanQueue::Global().Take(10).empty());
}

TEST(TraceTest, ACollectorThatIsAwayCostsSpansAndNothingElse) {
  Collector collector;
  collector.SetStatus(503);
  {
    TraceExporter exporter(
        {.endpoint = collector.url(), .service = "build", .interval = absl::Milliseconds(1)});
    { const Span span(RootOf(kTrace), "tried again"); }
    ASSERT_TRUE(collector.WaitForCalls(1));
    collector.SetStatus(200);
  }
  EXPECT_EQ(collector.Spans().count("tried again"), 1u);
}

// Who ends a process waits for no collector.
TEST(TraceTest, ACollectorThatHangsDoesNotKeepAProcess) {
  RawServer hanging([](int socket) { RawServer::WaitForClose(socket); });
  const absl::Time begin = absl::Now();
  {
    TraceExporter exporter({.endpoint = absl::StrCat("http://127.0.0.1:", hanging.port()),
                            .service = "build",
                            .timeout = absl::Seconds(1),
                            .interval = absl::Hours(1)});
    { const Span span(RootOf(kTrace), "never taken"); }
  }
  EXPECT_LT(absl::Now() - begin, kDeadline);
  EXPECT_TRUE(SpanQueue::Global().Take(10).empty());
}

TEST(TraceTest, ManySpansGoWithoutWaitingForTheNextTurn) {
  Collector collector;
  TraceExporter exporter(
      {.endpoint = collector.url(), .service = "build", .interval = absl::Hours(1)});
  for (size_t i = 0; i < SpanQueue::kMany * 4; ++i)
    RecordPast(kTrace, "one", absl::Now(), absl::Now());
  EXPECT_TRUE(collector.WaitForCalls(4));
}

TEST(TraceTest, TheQueueIsBounded) {
  SpanQueue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  for (size_t i = 0; i < SpanQueue::kMost + 5; ++i) queue.Add({});
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(queue.TakeLost(), 5u);
  EXPECT_EQ(queue.TakeLost(), 0u);
  EXPECT_EQ(queue.Take(10).size(), 10u);
  EXPECT_EQ(queue.Take(SpanQueue::kMost).size(), SpanQueue::kMost - 10);
}

}  // namespace
}  // namespace kozmic
