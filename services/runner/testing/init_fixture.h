#ifndef KOZMIC_SERVICES_RUNNER_TESTING_INIT_FIXTURE_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_INIT_FIXTURE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/testing/docker_env.h"
#include "lib/testing/eventually.h"
#include "services/runner/init_messages.h"
#include "services/runner/job_folder.h"

namespace kozmic::runner {

// kozmic-init in a real container, with a job folder. Needs //services/runner/init:kozmic-init as
// data.
class InitTest : public DockerTest {
 protected:
  void SetUp() override;
  ~InitTest() override;

  // Starts a container whose script is `script`; it waits for Go().
  void Begin(const std::string& script, absl::string_view image = kSmallImage);
  // The container's exit code.
  int64_t Wait();
  // Runs a script to its end, and returns how it ended.
  ScriptExit Run(const std::string& script, absl::string_view image = kSmallImage);
  std::string LogText() const;

  std::string work_;
  std::string init_path_;
  std::string container_;
  std::unique_ptr<JobFolder> folder_;
  ScriptPlan plan_;
  // What Run lets the script go with.
  std::map<std::string, std::string> secrets_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_INIT_FIXTURE_H_
