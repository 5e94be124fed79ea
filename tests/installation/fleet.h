#ifndef KOZMIC_TESTS_INSTALLATION_FLEET_H_
#define KOZMIC_TESTS_INSTALLATION_FLEET_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/testing/docker_env.h"
#include "nlohmann/json.hpp"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"
#include "tests/installation/process.h"

namespace kozmic {

// A whole Kozmic with real runners on the tests' Docker engine. Needs //services/runner and
// //services/runner/init:kozmic-init as data, besides what Installation needs.
class FleetTest : public DockerTest {
 protected:
  void SetUp() override;
  ~FleetTest() override;

  // Starts everything but runners, and makes a project.
  void StartServices();
  void AddHook(const nlohmann::json& hook);
  // Another runner, of one slot; its name begins with `name_`. `more` replaces what it is told.
  Process& StartRunner(const std::string& name, const Process::Environment& more = {});
  // A commit that changes a file.
  void Push(const std::string& file);
  // The page of a build as the REST interface has it, once it has ended, or as it is at the end of
  // the patience.
  nlohmann::json AwaitBuild(int number);
  std::string LogOf(int build, int job);
  // Until the log of a build's first job has this; false when it has not within the patience.
  bool WaitForLog(int build, const std::string& text);

  // What a test's names begin with.
  std::string name_;
  std::string folder_;
  // A small image in a registry of the test's own.
  std::string image_;
  std::unique_ptr<RegistryProcess> registry_;
  Installation installation_{{.replicas = 2}};
  std::unique_ptr<Person> octo_;
  std::string project_;
  std::vector<std::unique_ptr<Process>> runners_;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_FLEET_H_
