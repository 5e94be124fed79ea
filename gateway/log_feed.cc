#include "gateway/log_feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kozmic::gateway {
namespace {

using logstream::v1::TailLogResponse;

// Of the log in one event: small beside the hub's ring, large beside an event's frame.
constexpr size_t kEventBytes = 32 * 1024;

std::string LogData(const std::string& topic, uint64_t offset, absl::string_view bytes) {
  // A topic is digits and slashes: nothing to escape.
  return absl::StrCat("{\"log\":\"", topic, "\",\"offset\":", offset, ",\"bytes\":\"",
                      absl::Base64Escape(bytes), "\"}");
}

}  // namespace

class LogFeed::Tail final : public Upstream<TailLogResponse> {
 public:
  Tail(LogFeed& feed, std::string topic, uint64_t offset, uint64_t generation)
      : Upstream(feed.environment_),
        feed_(feed),
        topic_(std::move(topic)),
        generation_(generation),
        offset_(offset) {}

 protected:
  void Begin(grpc::ClientContext* context,
             grpc::ClientReadReactor<TailLogResponse>* reactor) override {
    request_.set_log(absl::StrCat("logs/", absl::StrReplaceAll(topic_, {{"/", "-"}})));
    request_.set_offset(static_cast<int64_t>(offset_));
    request_.set_follow(true);
    feed_.logs_.async()->TailLog(context, &request_, reactor);
  }

  Verdict OnResponse(const TailLogResponse& response) override {
    const auto begin = static_cast<uint64_t>(response.offset());
    absl::string_view bytes = response.bytes();
    if (!bytes.empty()) {
      if (begin > offset_) return Verdict::kBreak;
      bytes.remove_prefix(std::min<uint64_t>(offset_ - begin, bytes.size()));
      while (!bytes.empty()) {
        PublishBytes(bytes.substr(0, kEventBytes));
        bytes.remove_prefix(std::min(bytes.size(), kEventBytes));
      }
    }
    if (!response.sealed()) return Verdict::kGoOn;
    // Who saw live bytes that were lost before they were committed is beyond the end, and must
    // learn of it nevertheless.
    const uint64_t end = std::max(begin, offset_);
    feed_.hub_.Publish(kKind, topic_, generation_,
                       {end, end, "log_end",
                        absl::StrCat("{\"log\":\"", topic_, "\",\"size\":", begin, ",\"sha256\":\"",
                                     absl::CHexEscape(response.sha256()), "\"}"),
                        nullptr});
    return Verdict::kDone;
  }

  std::string Description() const override { return absl::StrCat("log ", topic_); }

 private:
  void PublishBytes(absl::string_view bytes) {
    const auto raw = std::make_shared<const std::string>(bytes);
    const uint64_t begin = offset_;
    offset_ += bytes.size();
    feed_.hub_.Publish(kKind, topic_, generation_,
                       {begin, offset_, "log", LogData(topic_, begin, bytes),
                        [topic = topic_, raw, begin](uint64_t from) {
                          return LogData(topic, from, absl::string_view(*raw).substr(from - begin));
                        }});
  }

  LogFeed& feed_;
  const std::string topic_;
  const uint64_t generation_;
  logstream::v1::TailLogRequest request_;
  // Everything before it was published.
  uint64_t offset_;
};

void LogFeed::Start(const std::string& topic, uint64_t cursor, uint64_t generation) {
  auto tail = std::make_shared<Tail>(*this, topic, cursor, generation);
  tail->Start();
  tails_.emplace(generation, std::move(tail));
}

void LogFeed::Stop(const std::string&, uint64_t generation) {
  const auto found = tails_.find(generation);
  found->second->Stop();
  tails_.erase(found);
}

http::SseFrame LogFeed::Behind(const std::string& topic, uint64_t cursor) {
  return {cursor, cursor, "log_behind",
          absl::StrCat("{\"log\":\"", topic, "\",\"offset\":", cursor, "}"), nullptr};
}

}  // namespace kozmic::gateway
