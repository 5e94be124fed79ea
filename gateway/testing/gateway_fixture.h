#ifndef KOZMIC_GATEWAY_TESTING_GATEWAY_FIXTURE_H_
#define KOZMIC_GATEWAY_TESTING_GATEWAY_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/gateway.h"
#include "gateway/testing/fake_admin.h"
#include "gateway/testing/fake_auth.h"
#include "gateway/testing/fake_builds.h"
#include "gateway/testing/fake_logs.h"
#include "gateway/testing/fake_projects.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/http/raw_client.h"
#include "lib/rpc/server.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// Parts of an answer as it came.
std::string Body(const std::string& answer);
// The first header of that name; empty when there is none.
std::string Header(const std::string& answer, const std::string& name);
nlohmann::json Json(const std::string& answer);

// Headers of requests by "session-7", a browser of users/7.
inline constexpr char kCookie[] = "Cookie: a=b; kozmic_session=session-7\r\n";
// By a program of theirs.
inline constexpr char kBearer[] = "Authorization: Bearer kzp_7\r\n";
// By a browser with this session.
std::string CookieOf(const std::string& session);
// What a page of that browser sends to change something.
std::string ChangingAs(const std::string& session);

// A gateway in front of fake services, over real sockets.
class GatewayTest : public testing::Test {
 protected:
  void SetUp() override { Begin({}); }
  void TearDown() override;

  // Starts the gateway, anew if it was started before.
  void Begin(const LiveStreamsOptions& streams);

  int port() const { return gateway_->port(); }
  // One request; the whole answer.
  std::string Get(const std::string& target, const std::string& headers = kCookie) const;
  // With a body; without one when that is empty.
  std::string Send(const std::string& method, const std::string& target, const std::string& body,
                   const std::string& headers = "") const;
  // As a page of session-7 sends it.
  std::string Change(const std::string& method, const std::string& target,
                     const std::string& body = "") const;

  SystemClock clock_;
  SystemRandom random_;
  FakeAuth auth_;
  FakeProjects projects_;
  FakeBuilds builds_;
  FakeLogs logs_;
  FakeAdmin admin_;
  // What the gateway is told of, when it begins.
  JoinAddresses join_;
  std::unique_ptr<RpcServer> services_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_GATEWAY_FIXTURE_H_
