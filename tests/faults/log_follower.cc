#include "tests/faults/log_follower.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "httplib.h"
#include "lib/base/json.h"

namespace kozmic::faults {
namespace {

constexpr absl::Duration kComeBack = absl::Milliseconds(100);
constexpr int kTimeoutSeconds = 20;

}  // namespace

std::string RawLogPath(const std::string& log) {
  const std::vector<std::string> ids = absl::StrSplit(log, '/');
  return absl::StrCat("/api/v1/projects/", ids.at(0), "/builds/", ids.at(1), "/jobs/", ids.at(2),
                      "/log?attempt=", ids.at(3));
}

LogFollower::LogFollower(const Installation& installation, const Person& person,
                         const std::string& project, const std::string& log)
    : server_(installation.gateway_url()),
      cookies_(person.CookieHeader()),
      project_(project),
      log_(log),
      arrived_(absl::Now()),
      left_(absl::Now()) {
  thread_ = std::thread([this] { Follow(); });
}

LogFollower::~LogFollower() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void LogFollower::Follow() {
  while (true) {
    size_t offset = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_ || stopping_) return;
      offset = text_.size();
    }
    httplib::Client client(server_);
    client.set_read_timeout(kTimeoutSeconds);
    std::string pending;
    std::string event;
    bool spoken = false;
    client.Get(
        absl::StrCat("/api/v1/stream?project=", project_, "&log=", log_, "@", offset),
        {{"Cookie", cookies_}, {"Accept", "text/event-stream"}},
        [&](const httplib::Response& response) { return response.status == 200; },
        [&](const char* bytes, size_t count) {
          if (!spoken) {
            absl::MutexLock lock(&mutex_);
            longest_absence_ = std::max(longest_absence_, absl::Now() - left_);
            spoken = true;
          }
          pending.append(bytes, count);
          for (size_t end = pending.find('\n'); end != std::string::npos;
               end = pending.find('\n')) {
            const std::string line = pending.substr(0, end);
            pending.erase(0, end + 1);
            if (absl::StartsWith(line, "event: ")) event = line.substr(7);
            if (absl::StartsWith(line, "data: ")) Take(event, line.substr(6));
          }
          absl::MutexLock lock(&mutex_);
          return !ended_ && !stopping_ && !behind_;
        });
    CatchUp();
    absl::MutexLock lock(&mutex_);
    if (spoken) left_ = absl::Now();
    if (ended_ || stopping_) return;
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kComeBack);
  }
}

void LogFollower::CatchUp() {
  size_t offset = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!std::exchange(behind_, false)) return;
    offset = text_.size();
  }
  httplib::Client client(server_);
  client.set_read_timeout(kTimeoutSeconds);
  const httplib::Result result =
      client.Get(absl::StrCat(RawLogPath(log_), "&offset=", offset), {{"Cookie", cookies_}});
  if (!result || result->status != 200) return;
  absl::MutexLock lock(&mutex_);
  text_ += result->body;
}

void LogFollower::Take(const std::string& event, const std::string& data) {
  if (event == "log_behind") {
    absl::MutexLock lock(&mutex_);
    behind_ = true;
    return;
  }
  if (event != "log" && event != "log_end") return;
  const auto json = ParseJson(data);
  if (!json.ok()) return;
  absl::MutexLock lock(&mutex_);
  const auto size = static_cast<int64_t>(text_.size());
  if (event == "log_end") {
    if (JsonInteger(*json, "size") != size) ++faults_;
    ended_ = true;
    return;
  }
  std::string bytes;
  if (JsonInteger(*json, "offset") != size ||
      !absl::Base64Unescape(JsonText(*json, "bytes").value_or(""), &bytes)) {
    ++faults_;
    return;
  }
  text_ += bytes;
  longest_wait_ = std::max(longest_wait_, absl::Now() - arrived_);
  arrived_ = absl::Now();
}

std::string LogFollower::text() const {
  absl::MutexLock lock(&mutex_);
  return text_;
}

bool LogFollower::AwaitEnd(absl::Duration time) const {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&ended_), time);
}

bool LogFollower::AwaitBytes(size_t count, absl::Duration time) const {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return text_.size() >= count; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), time);
}

absl::Duration LogFollower::longest_wait() const {
  absl::MutexLock lock(&mutex_);
  return longest_wait_;
}

absl::Duration LogFollower::longest_absence() const {
  absl::MutexLock lock(&mutex_);
  return longest_absence_;
}

int LogFollower::faults() const {
  absl::MutexLock lock(&mutex_);
  return faults_;
}

}  // namespace kozmic::faults
