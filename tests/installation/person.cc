#include "tests/installation/person.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "httplib.h"
#include "lib/base/json.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr int kTimeoutSeconds = 20;

absl::StatusOr<httplib::Response> Send(const std::string& server, httplib::Request request) {
  httplib::Client client(server);
  client.set_read_timeout(kTimeoutSeconds);
  const std::string what = absl::StrCat(request.method, " ", request.path, ": ");
  httplib::Result answer = client.send(request);
  if (!answer) return absl::UnavailableError(what + httplib::to_string(answer.error()));
  if (answer->status < 400) return *answer;
  const std::string text = absl::StrCat(what, answer->status, " ", answer->body);
  return answer->status >= 502 ? absl::UnavailableError(text) : absl::FailedPreconditionError(text);
}

absl::StatusOr<httplib::Response> Post(const std::string& server, const std::string& path,
                                       const std::string& form) {
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.body = form;
  request.set_header("Content-Type", "application/x-www-form-urlencoded");
  return Send(server, std::move(request));
}

// Where an answer leads, without the server.
absl::StatusOr<std::string> PathBehind(const httplib::Response& answer, const std::string& server) {
  const std::string location = answer.get_header_value("Location");
  absl::string_view path = location;
  if (absl::ConsumePrefix(&path, server) || absl::StartsWith(path, "/")) return std::string(path);
  return absl::FailedPreconditionError(absl::StrCat("the sign-in leads to \"", location, "\""));
}

void Keep(const httplib::Response& answer, std::map<std::string, std::string>& cookies) {
  const auto [begin, end] = answer.headers.equal_range("Set-Cookie");
  for (auto header = begin; header != end; ++header) {
    const std::string pair = header->second.substr(0, header->second.find(';'));
    const size_t equals = pair.find('=');
    if (equals != std::string::npos) cookies[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
}

}  // namespace

absl::StatusOr<Person> Person::SignIn(Installation& installation, const std::string& login) {
  Person person(installation);
  KOZMIC_RETURN_IF_ERROR(person.SignIn(login));
  return person;
}

absl::Status Person::SignIn(const std::string& login) {
  const std::string gateway = installation_->gateway_url();
  const std::string github = installation_->github().web_url();
  const auto visit = [&](const std::string& path) -> absl::StatusOr<httplib::Response> {
    httplib::Request request;
    request.method = "GET";
    request.path = path;
    request.set_header("Cookie", CookieHeader());
    KOZMIC_ASSIGN_OR_RETURN(httplib::Response answer, Send(gateway, std::move(request)));
    Keep(answer, cookies_);
    return answer;
  };
  KOZMIC_ASSIGN_OR_RETURN(const httplib::Response begun, visit("/_auth/?next=/"));
  KOZMIC_ASSIGN_OR_RETURN(const std::string authorize, PathBehind(begun, github));
  KOZMIC_ASSIGN_OR_RETURN(
      const httplib::Response agreed,
      Post(github, authorize, absl::StrCat("login=", login, "&decision=authorize")));
  KOZMIC_ASSIGN_OR_RETURN(const std::string callback, PathBehind(agreed, gateway));
  KOZMIC_RETURN_IF_ERROR(visit(callback).status());
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json me, Get("/me"));
  csrf_token_ = JsonText(me, "csrf_token").value_or("");
  return absl::OkStatus();
}

std::string Person::CookieHeader() const {
  return absl::StrJoin(cookies_, "; ", absl::PairFormatter("="));
}

absl::StatusOr<std::string> Person::GetText(const std::string& path) {
  httplib::Request request;
  request.method = "GET";
  request.path = "/api/v1" + path;
  request.set_header("Cookie", CookieHeader());
  KOZMIC_ASSIGN_OR_RETURN(httplib::Response answer,
                          Send(installation_->gateway_url(), std::move(request)));
  return std::move(answer.body);
}

absl::StatusOr<nlohmann::json> Person::Get(const std::string& path) {
  KOZMIC_ASSIGN_OR_RETURN(const std::string text, GetText(path));
  return ParseJson(text);
}

absl::StatusOr<nlohmann::json> Person::Change(const std::string& method, const std::string& path,
                                              const nlohmann::json& body) {
  httplib::Request request;
  request.method = method;
  request.path = "/api/v1" + path;
  request.set_header("Cookie", CookieHeader());
  request.set_header("X-CSRF-Token", csrf_token_);
  request.set_header("Content-Type", "application/json");
  if (!body.is_null()) request.body = DumpJson(body);
  KOZMIC_ASSIGN_OR_RETURN(const httplib::Response answer,
                          Send(installation_->gateway_url(), std::move(request)));
  if (answer.body.empty()) return nlohmann::json(nullptr);
  return ParseJson(answer.body);
}

}  // namespace kozmic
