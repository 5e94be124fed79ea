#include "lib/redis/publisher.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"

namespace kozmic {
namespace {

constexpr absl::Duration kTimeout = absl::Milliseconds(500);
constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMostBackoff = absl::Seconds(1);

}  // namespace

RedisPublisher::RedisPublisher(Options options, Random& random)
    : options_(std::move(options)), random_(random), thread_([this] { Run(); }) {}

RedisPublisher::~RedisPublisher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Signal();
  thread_.join();
}

bool RedisPublisher::Publish(RedisFields fields) {
  Entry entry{std::move(fields)};
  for (const auto& [name, value] : entry.fields) entry.bytes += name.size() + value.size();
  absl::MutexLock lock(&mutex_);
  if (away_ || stopping_ || queued_bytes_ + entry.bytes > options_.queue_bytes) return false;
  queued_bytes_ += entry.bytes;
  queue_.push_back(std::move(entry));
  return true;
}

void RedisPublisher::Clear() { Publish({}); }

bool RedisPublisher::SetAway(bool away) {
  absl::MutexLock lock(&mutex_);
  const bool changed = away_ != away;
  away_ = away;
  if (away) {
    queue_.clear();
    queued_bytes_ = 0;
  }
  return changed;
}

void RedisPublisher::Run() {
  BlockSigpipe();
  int failures = 0;
  do {
    auto connection = RedisConnection::Open(options_.address, kTimeout, stop_);
    absl::Status status = connection.status();
    if (status.ok()) {
      failures = 0;
      if (SetAway(false)) Log(Severity::kInfo, "publishing to Redis again");
      status = Serve(**connection);
      if (status.ok() || absl::IsCancelled(status)) return;
      // The server may just have been restarted: one try at once, before entries are dropped.
      connection = RedisConnection::Open(options_.address, kTimeout, stop_);
      if (connection.ok()) {
        status = Serve(**connection);
        if (status.ok() || absl::IsCancelled(status)) return;
      }
    }
    sent_.clear();
    if (SetAway(true)) {
      Log(Severity::kWarning, "cannot publish to Redis; trying again", {{"error", status}});
    }
    ++failures;
  } while (!stop_.WaitFor(Backoff(failures, kFirstBackoff, kMostBackoff, random_)));
}

absl::Status RedisPublisher::Serve(RedisConnection& connection) {
  const std::string keep = absl::StrCat(options_.keep_entries);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  };
  while (true) {
    // What an earlier connection may have failed to deliver goes first.
    if (sent_.empty()) {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&ready));
      if (stopping_) return absl::OkStatus();
      sent_.swap(queue_);
      queued_bytes_ = 0;
    }
    for (const Entry& entry : sent_) {
      if (entry.fields.empty()) {
        connection.Append({"XTRIM", options_.key, "MAXLEN", "0"});
        continue;
      }
      std::vector<absl::string_view> command = {"XADD", options_.key, "MAXLEN", "~", keep, "*"};
      for (const auto& [name, value] : entry.fields) {
        command.push_back(name);
        command.push_back(value);
      }
      connection.Append(command);
    }
    while (!sent_.empty()) {
      const absl::Status status = connection.Read(kTimeout).status();
      if (absl::IsInternal(status)) {
        Log(Severity::kWarning, "Redis refuses an entry", {{"error", status}});
      } else if (!status.ok()) {
        return status;
      }
      sent_.pop_front();
    }
  }
}

}  // namespace kozmic
