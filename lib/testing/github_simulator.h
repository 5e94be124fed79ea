#ifndef KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_
#define KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_

#include <sys/types.h>

#include <string>

namespace kozmic {

// The GitHub simulator as a process of its own, with the demo's seed: user octo, repository
// octo/hello. The cc_test names it in its data: "//tests/github_simulator". Ends the test process
// with a message when it cannot start; is gone with this object.
class GithubSimulator {
 public:
  GithubSimulator();
  ~GithubSimulator();
  GithubSimulator(const GithubSimulator&) = delete;
  GithubSimulator& operator=(const GithubSimulator&) = delete;

  // "http://127.0.0.1:40123"
  const std::string& web_url() const { return url_; }
  std::string api_url() const { return url_ + "/api/v3"; }

  // Of user octo, with the scopes repo and user:email.
  static constexpr char kToken[] = "ghp_demo0000000000000000000000000000octo";
  static constexpr char kRepository[] = "octo/hello";

 private:
  std::string folder_;
  std::string url_;
  pid_t process_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_GITHUB_SIMULATOR_H_
