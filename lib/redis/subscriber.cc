#include "lib/redis/subscriber.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr absl::Duration kTimeout = absl::Milliseconds(500);
// Redis answers a waiting read after so long with nothing, which tells that it lives.
constexpr absl::Duration kBlock = absl::Seconds(5);
constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMostBackoff = absl::Seconds(1);
// Bounds the reply: entries are up to 64 KB.
constexpr char kEntriesAtOnce[] = "16";

absl::string_view Text(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_STRING && reply.type != REDIS_REPLY_STATUS) return "";
  return absl::string_view(reply.str, reply.len);
}

// "1700000000000-3" as numbers.
std::pair<uint64_t, uint64_t> IdNumbers(absl::string_view id) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(id, absl::MaxSplits('-', 1));
  std::pair<uint64_t, uint64_t> numbers{0, 0};
  if (!absl::SimpleAtoi(parts.first, &numbers.first) ||
      !absl::SimpleAtoi(parts.second, &numbers.second)) {
    return {0, 0};
  }
  return numbers;
}

}  // namespace

absl::string_view RedisEntry::Field(absl::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "";
}

RedisSubscriber::RedisSubscriber(Options options, Callbacks callbacks, Random& random)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      random_(random),
      thread_([this] { Run(); }) {}

RedisSubscriber::~RedisSubscriber() {
  stop_.Signal();
  thread_.join();
}

void RedisSubscriber::Run() {
  BlockSigpipe();
  int failures = 0;
  do {
    auto connection = RedisConnection::Open(options_.address, kTimeout, stop_);
    absl::Status status = connection.status();
    if (status.ok()) status = FindPosition(**connection);
    if (status.ok()) {
      if (failures > 0) Log(Severity::kInfo, "hearing Redis again");
      failures = 0;
      callbacks_.connected();
      status = Listen(**connection);
    }
    if (absl::IsCancelled(status)) return;
    if (++failures == 1) {
      Log(Severity::kWarning, "cannot hear Redis; trying again", {{"error", status}});
    }
  } while (!stop_.WaitFor(Backoff(failures, kFirstBackoff, kMostBackoff, random_)));
}

absl::Status RedisSubscriber::FindPosition(RedisConnection& connection) {
  connection.Append({"XREVRANGE", options_.key, "+", "-", "COUNT", "1"});
  KOZMIC_ASSIGN_OR_RETURN(const RedisReply reply, connection.Read(kTimeout));
  std::string newest = "0-0";
  if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 &&
      reply->element[0]->type == REDIS_REPLY_ARRAY && reply->element[0]->elements > 0) {
    newest = std::string(Text(*reply->element[0]->element[0]));
  }
  // An id beyond the newest comes from a stream that is gone: waiting for its successor would be
  // waiting for nothing.
  if (last_id_.empty() || IdNumbers(newest) < IdNumbers(last_id_)) last_id_ = newest;
  return absl::OkStatus();
}

absl::Status RedisSubscriber::Listen(RedisConnection& connection) {
  const std::string block = absl::StrCat(absl::ToInt64Milliseconds(kBlock));
  while (true) {
    connection.Append(
        {"XREAD", "COUNT", kEntriesAtOnce, "BLOCK", block, "STREAMS", options_.key, last_id_});
    KOZMIC_ASSIGN_OR_RETURN(const RedisReply reply, connection.Read(kBlock + kTimeout));
    if (reply->type == REDIS_REPLY_ARRAY) HearEntries(*reply);
  }
}

// [[key, [[id, [name, value, …]], …]]]
void RedisSubscriber::HearEntries(const redisReply& streams) {
  if (streams.elements != 1 || streams.element[0]->elements != 2) return;
  const redisReply& entries = *streams.element[0]->element[1];
  for (size_t i = 0; i < entries.elements; ++i) {
    const redisReply& raw = *entries.element[i];
    if (raw.type != REDIS_REPLY_ARRAY || raw.elements != 2) continue;
    last_id_ = std::string(Text(*raw.element[0]));
    const redisReply& words = *raw.element[1];
    RedisEntry entry;
    if (words.type == REDIS_REPLY_ARRAY) {
      for (size_t j = 0; j + 1 < words.elements; j += 2) {
        entry.fields.emplace_back(Text(*words.element[j]), Text(*words.element[j + 1]));
      }
    }
    callbacks_.entry(entry);
  }
}

}  // namespace kozmic
