#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_SERVICE_TEST_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_SERVICE_TEST_H_

#include <string>

#include "services/project/github_in_hand.h"
#include "services/project/service_fixture.h"

namespace kozmic::project {

inline constexpr int64_t kAnn = 1;
inline constexpr int64_t kBob = 2;
inline constexpr int64_t kEve = 3;

// The project service before a GitHub in the test's hands. Ann (101 at GitHub) has admin rights to
// octo/hello there; Bob (102) and Eve (103) have signed in.
class GithubServiceTest : public ::testing::Test, protected GithubInHand, protected ServiceFixture {
 protected:
  using Stub = v1::ProjectService::Stub;

  GithubServiceTest()
      : ServiceFixture({GithubInHand::url(), GithubInHand::url() + "/api/v3", "http://k"}) {
    auth_.AddUser(kAnn, 101, "ann");
    auth_.AddUser(kBob, 102, "Bob");
    auth_.AddUser(kEve, 103, "eve");
    auth_.SetGithubToken(kAnn, "good");
    auth_.SetGithubToken(kBob, "good bob");
    auth_.SetGithubToken(kEve, "good eve");
  }

  absl::StatusOr<v1::Project> Create(int64_t user = kAnn) {
    v1::CreateProjectRequest request;
    request.set_repository("octo/hello");
    return Ask(&Stub::CreateProject, request, Session(user));
  }
  // Ann's; its name.
  std::string MakeProject() {
    const auto project = Create();
    EXPECT_TRUE(project.ok()) << project.status();
    return project.ok() ? project->name() : "";
  }
  static int64_t Number(const std::string& name) {
    return std::stoll(name.substr(name.rfind('/') + 1));
  }

  absl::StatusOr<v1::Hook> CreateHook(const std::string& project, int64_t user = kAnn) {
    v1::CreateHookRequest request;
    request.set_parent(project);
    *request.mutable_hook() = SomeHook();
    return Ask(&Stub::CreateHook, request, Session(user));
  }

  // What a user sees of a project.
  absl::StatusOr<v1::Project> Get(const std::string& project, int64_t user = kAnn) {
    v1::GetProjectRequest request;
    request.set_name(project);
    return Ask(&Stub::GetProject, request, Session(user));
  }
  v1::Role RoleOf(int64_t user, const std::string& project) {
    const auto found = Get(project, user);
    return found.ok() ? found->role() : v1::ROLE_UNSPECIFIED;
  }
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_SERVICE_TEST_H_
