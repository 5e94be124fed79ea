#ifndef KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_
#define KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic {

// The GitHub simulator as a process of its own (what it can do: tests/github_simulator/README.md).
// The cc_test names it in its data: "//tests/github_simulator". Ends the test process with a
// message when it cannot start; is gone with this object.
//
// Where the environment variable KOZMIC_OPENAPI names a folder with the simulator's npm packages,
// as under ./kozmic test, every request and answer is checked against GitHub's published
// description, and the destructor fails the test when something was against it.
class GithubSimulator {
 public:
  struct Options {
    // Of seeds/<seed>.json. "demo": user octo with repository octo/hello, organisation acme.
    // "team": organisation acme of ada, with members of every permission.
    std::string seed = "demo";
  };

  GithubSimulator();
  explicit GithubSimulator(const Options& options);
  ~GithubSimulator();
  GithubSimulator(const GithubSimulator&) = delete;
  GithubSimulator& operator=(const GithubSimulator&) = delete;

  // "http://127.0.0.1:40123"
  const std::string& web_url() const { return url_; }
  std::string api_url() const { return url_ + "/api/v3"; }
  // "ssh://git@127.0.0.1:40124", for deploy keys; empty where sshd is not installed.
  const std::string& ssh_url() const { return ssh_url_; }

  // Of user octo in the seed "demo", with the scopes repo, read:org and user:email.
  static constexpr char kToken[] = "ghp_demo0000000000000000000000000000octo";
  static constexpr char kRepository[] = "octo/hello";
  // Of a user in the seed "team", with the same scopes (ada's: repo, admin:org, delete_repo,
  // user:email).
  static std::string TeamToken(absl::string_view login);

  // Calls a control route, such as Control("PUT", "/faults", ...); with "/as/LOGIN/...", the REST
  // API as somebody at GitHub's pages. `body`: null sends none. Answers the JSON of a 2xx, null if
  // it has none; FAILED_PRECONDITION with status and body otherwise, UNAVAILABLE without an answer.
  // Takes up to 30 s.
  absl::StatusOr<nlohmann::json> Control(absl::string_view method, absl::string_view path,
                                         const nlohmann::json& body = nullptr);

  // Calls the REST API: Api(kToken, "GET", "/user/repos"). Otherwise as Control.
  absl::StatusOr<nlohmann::json> Api(absl::string_view token, absl::string_view method,
                                     absl::string_view path, const nlohmann::json& body = nullptr);

  // {"entries": [...], "last": n}: what happened after entry `after`, once there is something, or
  // after `wait_ms` milliseconds (30,000 at most).
  absl::StatusOr<nlohmann::json> Journal(int64_t after, int64_t wait_ms = 0);

  // For a test that sends what GitHub's description does not allow.
  void ExpectContractViolations() { expects_violations_ = true; }

 private:
  absl::StatusOr<nlohmann::json> Call(absl::string_view token, absl::string_view method,
                                      const std::string& path, const nlohmann::json& body);
  void CheckContract();

  std::string folder_;
  std::string url_;
  std::string ssh_url_;
  pid_t process_ = 0;
  bool expects_violations_ = false;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_
