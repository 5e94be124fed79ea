#include "gateway/testing/gateway_fixture.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/sessions.h"
#include "gateway/testing/fake_caller.h"

namespace kozmic::gateway {

std::string Body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

std::string Header(const std::string& answer, const std::string& name) {
  const size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos || at > answer.find("\r\n\r\n")) return "";
  const size_t start = at + name.size() + 4;
  return answer.substr(start, answer.find("\r\n", start) - start);
}

nlohmann::json Json(const std::string& answer) {
  return nlohmann::json::parse(Body(answer), nullptr, /*allow_exceptions=*/false);
}

std::string CookieOf(const std::string& session) {
  return absl::StrCat("Cookie: kozmic_session=", session, "\r\n");
}

std::string ChangingAs(const std::string& session) {
  return absl::StrCat(CookieOf(session), "X-CSRF-Token: ", Sessions::CsrfToken(session), "\r\n");
}

void GatewayTest::Begin(const LiveStreamsOptions& streams) {
  namespace fs = std::filesystem;
  const fs::path site = fs::path(testing::TempDir()) / "gateway_test_site";
  fs::create_directories(site / "assets");
  std::ofstream(site / "index.html") << "<!doctype html>app";
  std::ofstream(site / "assets" / "a.js") << "js";

  Config config;
  config.host = "127.0.0.1";
  config.service_key = kTestServiceKey;
  config.public_url = "http://ci.example.com";
  config.static_dir = site.string();
  config.allowed_hosts = {"localhost", "ci.example.com"};
  config.join = join_;
  if (services_ == nullptr) {
    auto server = RpcServer::Start("127.0.0.1:0", {&auth_, &projects_, &builds_, &logs_, &admin_});
    ASSERT_TRUE(server.ok()) << server.status();
    services_ = *std::move(server);
  }
  config.auth_address = config.project_address = services_->address();
  config.build_address = config.logstream_address = services_->address();
  gateway_.reset();
  auto gateway = Gateway::Start(config, clock_, random_, streams);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  gateway_ = *std::move(gateway);
}

void GatewayTest::TearDown() {
  gateway_.reset();
  services_->Stop(absl::Seconds(2));
}

std::string GatewayTest::Get(const std::string& target, const std::string& headers) const {
  return http::Ask(port(), http::Get(target, headers));
}

std::string GatewayTest::Send(const std::string& method, const std::string& target,
                              const std::string& body, const std::string& headers) const {
  const std::string type = body.empty() ? "" : "Content-Type: application/json\r\n";
  return http::Ask(
      port(), absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\n", type, headers,
                           "Content-Length: ", body.size(), "\r\n\r\n", body));
}

std::string GatewayTest::Change(const std::string& method, const std::string& target,
                                const std::string& body) const {
  return Send(method, target, body, ChangingAs("session-7"));
}

}  // namespace kozmic::gateway
