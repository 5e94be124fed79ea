#include "tests/faults/raw_follower.h"

#include "absl/strings/str_cat.h"
#include "httplib.h"
#include "tests/faults/log_follower.h"

namespace kozmic::faults {
namespace {

constexpr absl::Duration kComeBack = absl::Milliseconds(100);
constexpr int kTimeoutSeconds = 20;

}  // namespace

RawFollower::RawFollower(const Installation& installation, const Person& person,
                         const std::string& log)
    : server_(installation.gateway_url()), cookies_(person.CookieHeader()) {
  path_ = absl::StrCat(RawLogPath(log), "&follow=true&offset=");
  thread_ = std::thread([this] { Follow(); });
}

RawFollower::~RawFollower() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void RawFollower::Follow() {
  while (true) {
    size_t offset = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_ || stopping_) return;
      offset = text_.size();
    }
    httplib::Client client(server_);
    client.set_read_timeout(kTimeoutSeconds);
    bool sealed = false;
    const httplib::Result result = client.Get(
        absl::StrCat(path_, offset), {{"Cookie", cookies_}},
        [&](const httplib::Response& response) {
          sealed = response.has_header("Kozmic-Log-Sealed") ||
                   response.get_header_value("Transfer-Encoding") == "chunked";
          return response.status == 200;
        },
        [&](const char* bytes, size_t count) {
          absl::MutexLock lock(&mutex_);
          text_.append(bytes, count);
          return !stopping_;
        });
    absl::MutexLock lock(&mutex_);
    if (result && sealed) ended_ = true;
    if (ended_ || stopping_) return;
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kComeBack);
  }
}

std::string RawFollower::text() const {
  absl::MutexLock lock(&mutex_);
  return text_;
}

bool RawFollower::AwaitEnd(absl::Duration time) const {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&ended_), time);
}

}  // namespace kozmic::faults
