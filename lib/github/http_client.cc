#include "lib/github/http_client.h"

#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "httplib.h"
#include "lib/process/version.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

constexpr int kMostRedirects = 3;
// How often a call that is past its deadline is stopped again: it may have been between sockets.
constexpr absl::Duration kStopInterval = absl::Milliseconds(50);

// Ends a call at its deadline: the library's own limits are per read, so that a server which sends
// a byte now and then could hold a caller for ever.
class Watchdog {
 public:
  Watchdog(httplib::Client& client, absl::Time deadline)
      : thread_([this, &client, deadline] {
          if (done_.WaitForNotificationWithDeadline(deadline)) return;
          do {
            client.stop();
          } while (!done_.WaitForNotificationWithTimeout(kStopInterval));
        }) {}
  ~Watchdog() {
    done_.Notify();
    thread_.join();
  }

 private:
  absl::Notification done_;
  std::thread thread_;
};

std::chrono::microseconds ToMicros(absl::Duration duration) {
  return absl::ToChronoMicroseconds(duration);
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

}  // namespace

std::string HttpAnswer::Header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

HttpClient::HttpClient(Options options) : options_(std::move(options)) {
  const std::string& url = options_.base_url;
  const size_t scheme_end = url.find("://");
  const size_t host = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const size_t path = url.find('/', host);
  origin_ = url.substr(0, path);
  path_prefix_ = path == std::string::npos ? "" : url.substr(path);
}

absl::StatusOr<HttpAnswer> HttpClient::Send(const HttpRequest& request) const {
  const absl::Time deadline = absl::Now() + options_.call_timeout;
  std::string target = path_prefix_ + request.target;
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    KOZMIC_ASSIGN_OR_RETURN(HttpAnswer answer, Exchange(request, target, deadline));
    if (!IsRedirect(answer.status)) return answer;
    KOZMIC_ASSIGN_OR_RETURN(target, LocalTarget(answer.Header("location")));
  }
  return absl::UnavailableError(absl::StrCat(origin_, " redirects in circles"));
}

absl::StatusOr<std::string> HttpClient::LocalTarget(absl::string_view location) const {
  absl::string_view target = location;
  if (absl::ConsumePrefix(&target, origin_) || absl::StartsWith(target, "/")) {
    if (absl::StartsWith(target, "/") && !absl::StartsWith(target, "//")) {
      return std::string(target);
    }
  }
  return absl::UnavailableError(absl::StrCat(origin_, " redirects to another server"));
}

absl::StatusOr<HttpAnswer> HttpClient::Exchange(const HttpRequest& request,
                                                const std::string& target,
                                                absl::Time deadline) const {
  if (absl::Now() >= deadline) return absl::UnavailableError(absl::StrCat(origin_, " timed out"));
  try {
    httplib::Client client(origin_);
    if (!client.is_valid()) {
      return absl::UnavailableError(absl::StrCat("cannot make a connection to ", origin_));
    }
    client.set_connection_timeout(ToMicros(options_.connect_timeout));
    client.set_read_timeout(ToMicros(options_.call_timeout));
    client.set_write_timeout(ToMicros(options_.call_timeout));
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    client.enable_server_certificate_verification(true);

    httplib::Request call;
    call.method = request.method;
    call.path = target;
    for (const auto& [name, value] : request.headers) call.headers.emplace(name, value);
    call.headers.emplace("User-Agent", absl::StrCat("Kozmic-CI/", kVersion));
    call.headers.emplace("Accept-Encoding", "identity");
    if (!request.content_type.empty()) {
      call.headers.emplace("Content-Type", request.content_type);
      call.body = request.body;
    }

    HttpAnswer answer;
    std::optional<absl::string_view> fault;
    call.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
      if (answer.body.size() + size > options_.answer_limit) {
        fault = "too large an answer";
        return false;
      }
      answer.body.append(data, size);
      return true;
    };

    const httplib::Result result = [&] {
      Watchdog watchdog(client, deadline);
      return client.send(call);
    }();
    if (fault.has_value()) {
      return absl::UnavailableError(absl::StrCat(origin_, " sent ", *fault));
    }
    if (!result) {
      return absl::UnavailableError(
          absl::StrCat(origin_, absl::Now() >= deadline ? " timed out" : " did not answer", " (",
                       httplib::to_string(result.error()), ")"));
    }
    answer.status = result->status;
    for (const auto& [name, value] : result->headers) {
      answer.headers.emplace(absl::AsciiStrToLower(name), value);
    }
    return answer;
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat(origin_, ": ", error.what()));
  }
}

}  // namespace kozmic::github
