#ifndef KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_FIXTURE_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/rpc/server.h"
#include "lib/testing/docker_env.h"
#include "lib/testing/eventually.h"
#include "services/runner/testing/fake_services.h"
#include "services/runner/testing/git_server.h"
#include "services/runner/testing/runner_process.h"

namespace kozmic::runner {

inline constexpr absl::Duration kPatience = absl::Seconds(30);
inline constexpr char kRunnerToken[] = "runner-token-of-at-least-32-characters";

// The runner's program on a real Docker engine, registry and git server; the build service and
// logstream are stood in for, over real sockets. Needs //services/runner:runner and
// //services/runner/init:kozmic-init as data.
class RunnerTest : public DockerTest {
 protected:
  void SetUp() override;
  ~RunnerTest() override;

  // Starts the program, the first time or again.
  void StartRunner(const std::string& more_config = "");
  // Starts it a second time beside the first, as another runner of the same engine; its name.
  std::string StartOtherRunner(const std::string& more_config = "");

  // A job for the newest commit.
  v1::JobSpec Spec(const std::string& script);
  v1::FinishJobRequest WaitForEnd(const std::string& attempt);
  v1::FinishJobRequest Run(const v1::JobSpec& spec) { return WaitForEnd(build_.Enqueue(spec)); }
  // What IssueCheckout answers if a test does not change it.
  v1::IssueCheckoutResponse Checkout() const;

  std::string Log(int job = 1) const;
  // Until the first job's log has a text.
  bool WaitForLine(const std::string& line);
  // The first line of every log.
  std::string Pulling() const;
  std::string work() const { return folder_ + "/work"; }
  // The first job's folder.
  std::string job_folder() const { return work() + "/1-1-1-1.1"; }
  // A file that the first job's script sees in its folder.
  void Give(const std::string& name);

  std::vector<std::string> Leftovers();
  // Waits until that is so; a failure names what is left.
  ::testing::AssertionResult NothingIsLeft(absl::Duration patience = kPatience);
  static std::string Text(const std::string& path);
  // How often the runner's own log says so.
  int TimesLogged(const std::string& words) const;

  std::string folder_;
  // Which Docker engine the runner uses.
  std::string engine_host_;
  std::string name_;
  std::string image_;
  std::string commit_;
  // Besides the git server's.
  std::vector<std::string> clone_url_prefixes_;
  // Whether runners have credentials of their own, as those that registered.
  bool registered_ = false;
  int admin_port_ = 0;
  FakeBuild build_{kRunnerToken};
  FakeLogstream logstream_;
  std::unique_ptr<RegistryProcess> registry_;
  std::unique_ptr<GitServer> git_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<RunnerProcess> runner_;
  std::unique_ptr<RunnerProcess> other_runner_;

 private:
  std::unique_ptr<RunnerProcess> MakeRunner(const std::string& name, const std::string& folder,
                                            int port, const std::string& more_config) const;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_FIXTURE_H_
