#include "services/logstream/tail/live_feed.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/logstream/limits.h"

namespace kozmic {
namespace {

constexpr char kKey[] = "kozmic:log:live";
constexpr int64_t kKeepEntries = 512;

}  // namespace

LiveFeed::LiveFeed(const RedisAddress& redis, TailHub& hub, std::function<void()> connected,
                   Random& random)
    : hub_(hub),
      publisher_({.address = redis, .key = kKey, .keep_entries = kKeepEntries}, random),
      subscriber_({.address = redis, .key = kKey},
                  {.entry = [this](const RedisEntry& entry) { Hear(entry); },
                   .connected = std::move(connected)},
                  random) {}

void LiveFeed::Live(const std::string& log, int64_t offset, absl::string_view bytes,
                    int64_t committed, bool broadcast) {
  hub_.Live(log, offset, bytes);
  if (!broadcast) return;
  while (!bytes.empty()) {
    const absl::string_view piece = bytes.substr(0, kLiveEntryBytes);
    publisher_.Publish({{"log", log},
                        {"size", absl::StrCat(committed)},
                        {"offset", absl::StrCat(offset)},
                        {"bytes", std::string(piece)}});
    offset += static_cast<int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
  }
}

void LiveFeed::Stored(const LogInfo& info, bool broadcast) {
  hub_.Stored(info);
  if (!broadcast) return;
  RedisFields fields = {{"log", info.name}, {"size", absl::StrCat(info.size)}};
  if (info.sealed) fields.emplace_back("sha256", info.sha256);
  publisher_.Publish(std::move(fields));
}

void LiveFeed::Clear() { publisher_.Clear(); }

void LiveFeed::Hear(const RedisEntry& entry) {
  const std::string log(entry.Field("log"));
  int64_t offset = 0;
  if (absl::SimpleAtoi(entry.Field("offset"), &offset) && offset >= 0) {
    hub_.Live(log, offset, entry.Field("bytes"));
  }
  int64_t size = 0;
  if (absl::SimpleAtoi(entry.Field("size"), &size) && size >= 0) {
    const absl::string_view sha256 = entry.Field("sha256");
    hub_.Stored(
        {.name = log, .size = size, .sealed = !sha256.empty(), .sha256 = std::string(sha256)});
  }
}

}  // namespace kozmic
