#include "lib/github/http_client.h"

#include <algorithm>
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
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/trace/span.h"

namespace kozmic::github {
namespace {

constexpr int kMostRedirects = 3;
constexpr int kNotModified = 304;
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

absl::Status Refused(absl::string_view what) {
  return WithReason(absl::UnavailableError(what), kAnswerRefused);
}

// The library writes what it is given: a line break would begin another header.
absl::Status CheckLines(const HttpRequest& request) {
  const auto breaks = [](absl::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
  };
  bool bad = absl::StrContains(request.target, ' ') || breaks(request.target) ||
             breaks(request.method) || breaks(request.content_type);
  for (const auto& [name, value] : request.headers) bad = bad || breaks(name) || breaks(value);
  return bad ? absl::InvalidArgumentError("a control character in the head of a request")
             : absl::OkStatus();
}

std::unique_ptr<httplib::Client> NewTransport(const std::string& origin,
                                              const HttpClient::Options& options) {
  auto transport = std::make_unique<httplib::Client>(origin);
  // Of what is no origin nothing else may be asked.
  if (!transport->is_valid()) return transport;
  transport->set_connection_timeout(ToMicros(options.connect_timeout));
  transport->set_read_timeout(ToMicros(options.call_timeout));
  transport->set_write_timeout(ToMicros(options.call_timeout));
  transport->set_tcp_nodelay(true);
  transport->set_keep_alive(true);
  transport->set_follow_location(false);
  transport->enable_server_certificate_verification(true);
  return transport;
}

httplib::Request ToCall(const HttpRequest& request, const std::string& path) {
  httplib::Request call;
  call.method = request.method;
  call.path = path;
  for (const auto& [name, value] : request.headers) call.headers.emplace(name, value);
  call.headers.emplace("User-Agent", absl::StrCat("Kozmic-CI/", kVersion));
  call.headers.emplace("Accept-Encoding", "identity");
  if (!request.content_type.empty()) {
    call.headers.emplace("Content-Type", request.content_type);
    call.body = request.body;
  }
  return call;
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
  return Connection(*this).Send(request, absl::Now() + options_.call_timeout);
}

std::optional<std::string> HttpClient::TargetOf(absl::string_view url) const {
  if (!absl::ConsumePrefix(&url, origin_) || !absl::ConsumePrefix(&url, path_prefix_) ||
      !absl::StartsWith(url, "/")) {
    return std::nullopt;
  }
  return std::string(url);
}

absl::StatusOr<std::string> HttpClient::LocalPath(absl::string_view location) const {
  absl::string_view path = location;
  if (absl::ConsumePrefix(&path, origin_) || absl::StartsWith(path, "/")) {
    if (absl::StartsWith(path, "/") && !absl::StartsWith(path, "//")) return std::string(path);
  }
  return Refused(absl::StrCat(origin_, " redirects to another server"));
}

HttpClient::Connection::Connection(const HttpClient& client) : client_(client) {}
HttpClient::Connection::~Connection() = default;

absl::StatusOr<HttpAnswer> HttpClient::Connection::Send(const HttpRequest& request,
                                                        absl::Time deadline) {
  KOZMIC_RETURN_IF_ERROR(CheckLines(request));
  Span span(absl::StrCat("GitHub ", request.method), Span::Kind::kClient);
  // Without the query, in which there may be a secret.
  span.Set("url.path", request.target.substr(0, request.target.find('?')));
  absl::StatusOr<HttpAnswer> answer = Follow(request, deadline);
  span.SetStatus(answer.status());
  if (answer.ok()) span.Set("http.response.status_code", int64_t{answer->status});
  return answer;
}

absl::StatusOr<HttpAnswer> HttpClient::Connection::Follow(const HttpRequest& request,
                                                          absl::Time deadline) {
  std::string path = client_.path_prefix_ + request.target;
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    auto answer = Exchange(request, path, deadline);
    // Whatever went wrong, nothing of it may reach the next call.
    if (!answer.ok()) transport_.reset();
    if (!answer.ok() || !IsRedirect(answer->status)) return answer;
    KOZMIC_ASSIGN_OR_RETURN(path, client_.LocalPath(answer->Header("location")));
  }
  return Refused(absl::StrCat(client_.origin_, " redirects in circles"));
}

absl::StatusOr<HttpAnswer> HttpClient::Connection::Exchange(const HttpRequest& request,
                                                            const std::string& path,
                                                            absl::Time deadline) {
  const Options& options = client_.options_;
  const std::string& origin = client_.origin_;
  if (absl::Now() >= deadline) return absl::UnavailableError(absl::StrCat(origin, " timed out"));
  try {
    if (transport_ == nullptr) transport_ = NewTransport(origin, options);
    if (!transport_->is_valid()) {
      return absl::UnavailableError(absl::StrCat("cannot make a connection to ", origin));
    }

    httplib::Request call = ToCall(request, path);
    HttpAnswer answer;
    const auto take_head = [&answer](const httplib::Response& head) {
      answer.status = head.status;
      for (const auto& [name, value] : head.headers) {
        answer.headers.emplace(absl::AsciiStrToLower(name), value);
      }
    };
    call.response_handler = [&](const httplib::Response& head) {
      if (head.status != kNotModified) return true;
      // It has no body, but the library would wait for one.
      take_head(head);
      return false;
    };
    bool too_large = false;
    call.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
      too_large = answer.body.size() + size > options.answer_limit;
      if (!too_large) answer.body.append(data, size);
      return !too_large;
    };

    const httplib::Result result = [&] {
      Watchdog watchdog(*transport_, deadline);
      return transport_->send(call);
    }();
    if (answer.status == kNotModified) {
      transport_.reset();
      return answer;
    }
    if (too_large) return Refused(absl::StrCat(origin, " sent too large an answer"));
    if (!result) {
      return absl::UnavailableError(
          absl::StrCat(origin, absl::Now() >= deadline ? " timed out" : " did not answer", " (",
                       httplib::to_string(result.error()), ")"));
    }
    take_head(*result);
    return answer;
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat(origin, ": ", error.what()));
  }
}

}  // namespace kozmic::github
