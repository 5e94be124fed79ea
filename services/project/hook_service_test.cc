// Hooks over gRPC: changed, deleted and restored, here and at GitHub.

#include "gmock/gmock.h"
#include "lib/status/annotate.h"
#include "services/project/github_service_test.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using Restored = v1::RestoreHooksResponse;

class HookServiceTest : public GithubServiceTest {
 protected:
  absl::StatusOr<v1::Hook> Update(const v1::Hook& hook, int64_t user = kAnn) {
    v1::UpdateHookRequest request;
    *request.mutable_hook() = hook;
    return Ask(&Stub::UpdateHook, request, Session(user));
  }
  absl::StatusOr<v1::Hook> GetHook(const std::string& name, int64_t user = kAnn) {
    v1::GetHookRequest request;
    request.set_name(name);
    return Ask(&Stub::GetHook, request, Session(user));
  }
  absl::Status Delete(const std::string& name, int64_t user = kAnn) {
    v1::DeleteHookRequest request;
    request.set_name(name);
    return Ask(&Stub::DeleteHook, request, Session(user)).status();
  }
  absl::StatusOr<v1::RestoreHooksResponse> Restore(int64_t user = kAnn) {
    v1::RestoreHooksRequest request;
    request.set_parent(project_);
    return Ask(&Stub::RestoreHooks, request, Session(user));
  }
  std::vector<int> Outcomes() {
    std::vector<int> outcomes;
    const auto restored = Restore();
    EXPECT_TRUE(restored.ok()) << restored.status();
    if (!restored.ok()) return outcomes;
    for (const auto& result : restored->results()) outcomes.push_back(result.outcome());
    return outcomes;
  }
  std::string Secret(const v1::Hook& hook) {
    const int64_t id = Number(hook.name());
    return *parts_.hook_box.Open(*parts_.hook_store.GetSealedSecret(id), SecretPlace(id));
  }

  const std::string project_ = MakeProject();
};

// P51: what a settings file would make.
TEST_F(HookServiceTest, ValidatingAnswersWhatWouldBeKeptAndMakesNothing) {
  v1::ValidateHookRequest request;
  request.set_parent(project_);
  *request.mutable_hook() = SomeHook("  Tests ");
  request.mutable_hook()->set_script("make\r\n");
  const auto kept = Ask(&Stub::ValidateHook, request, Session(kAnn));
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->title(), "Tests");
  EXPECT_EQ(kept->script(), "make\n");
  EXPECT_EQ(kept->name(), "");
  EXPECT_EQ(CountRows("hooks"), 0);
  EXPECT_EQ(Ask(&Stub::ValidateHook, request, Session(kEve)).status().code(),
            absl::StatusCode::kNotFound);
  request.mutable_hook()->set_title(" ");
  EXPECT_EQ(Detail(Ask(&Stub::ValidateHook, request, Session(kAnn)).status(), "field"), "title");
}

TEST_F(HookServiceTest, ATitleThatMustBeTheOnlyOneIs) {
  v1::CreateHookRequest request;
  request.set_parent(project_);
  request.set_only_title(true);
  *request.mutable_hook() = SomeHook("Tests");
  ASSERT_TRUE(Ask(&Stub::CreateHook, request, Session(kAnn)).ok());
  EXPECT_EQ(Reason(Ask(&Stub::CreateHook, request, Session(kAnn)).status()), "title_taken");
  request.set_only_title(false);
  EXPECT_TRUE(Ask(&Stub::CreateHook, request, Session(kAnn)).ok());
}

TEST_F(HookServiceTest, K23AnEditChangesOurRecordOnly) {
  v1::Hook hook = *CreateHook(project_);
  nlohmann::json before;
  {
    absl::MutexLock lock(&mutex);
    before = hooks.begin()->second;
    // Should GitHub be asked, it is away.
    hook_status = hooks_status = 502;
  }
  hook.set_title("Better");
  hook.set_install_script("apt-get install -y make\r\n");
  hook.add_tracked_files("./a/../Makefile");
  hook.set_disabled(true);
  hook.add_branches("release/*");
  hook.add_labels("gpu");
  hook.set_timeout_seconds(7200);
  hook.set_stall_timeout_seconds(0);
  hook.set_max_parallel(2);
  build::v1::Service& service = *hook.add_services();
  service.set_name("db");
  service.set_image("postgres:16");
  (*service.mutable_environment())["POSTGRES_PASSWORD"] = "x";
  hook.clear_events();
  hook.add_events(v1::Hook::EVENT_TAG);
  const auto updated = Update(hook);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->title(), "Better");
  EXPECT_EQ(updated->install_script(), "apt-get install -y make\n");
  EXPECT_THAT(updated->tracked_files(), ElementsAre("Makefile"));
  EXPECT_TRUE(updated->disabled());
  EXPECT_THAT(updated->branches(), ElementsAre("release/*"));
  EXPECT_THAT(updated->events(), ElementsAre(v1::Hook::EVENT_TAG));
  EXPECT_THAT(updated->labels(), ElementsAre("gpu")) << "P21";
  EXPECT_EQ(updated->timeout_seconds(), 7200) << "P16";
  EXPECT_EQ(updated->stall_timeout_seconds(), 900) << "K46, its default";
  EXPECT_EQ(updated->max_parallel(), 2);
  ASSERT_EQ(updated->services_size(), 1) << "P18";
  EXPECT_EQ(updated->services(0).name(), "db");
  EXPECT_EQ(updated->services(0).image(), "postgres:16");
  EXPECT_EQ(updated->services(0).environment().at("POSTGRES_PASSWORD"), "x");
  EXPECT_EQ(GetHook(hook.name())->SerializeAsString(), updated->SerializeAsString());
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(hooks.begin()->second, before);
}

TEST_F(HookServiceTest, AFaultyFieldIsNamedAndChangesNothing) {
  v1::Hook hook = *CreateHook(project_);
  const auto faulty = [&](const std::function<void(v1::Hook&)>& change) {
    v1::Hook changed = hook;
    change(changed);
    return Detail(Update(changed).status(), "field");
  };
  EXPECT_EQ(faulty([](v1::Hook& h) { h.clear_title(); }), "title");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.set_image("x; id"); }), "image");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.add_tracked_files("../x"); }), "tracked_files");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.clear_events(); }), "events");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.add_events(static_cast<v1::Hook::Event>(99)); }), "events");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.add_labels("No Label"); }), "labels");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.set_timeout_seconds(5); }), "timeout_seconds");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.set_stall_timeout_seconds(5); }), "stall_timeout_seconds");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.set_max_parallel(-1); }), "max_parallel");
  EXPECT_EQ(faulty([](v1::Hook& h) { h.add_services()->set_name("db"); }), "services");
  EXPECT_EQ(GetHook(hook.name())->title(), "Tests");
}

TEST_F(HookServiceTest, K24DeletingRemovesTheWebhookAndKeepsThePast) {
  const v1::Hook hook = *CreateHook(project_);
  // An error of GitHub's changes nothing.
  {
    absl::MutexLock lock(&mutex);
    delete_status = 502;
  }
  EXPECT_EQ(Reason(Delete(hook.name())), "github_unavailable");
  EXPECT_TRUE(GetHook(hook.name()).ok());
  {
    absl::MutexLock lock(&mutex);
    delete_status = 204;
  }
  EXPECT_TRUE(Delete(hook.name()).ok());
  EXPECT_EQ(GetHook(hook.name()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(hook.name()).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(CountRows("hooks"), 1);
  EXPECT_EQ(CountRows("hooks WHERE secret <> ''"), 0);
  absl::MutexLock lock(&mutex);
  EXPECT_TRUE(hooks.empty());
}

TEST_F(HookServiceTest, K24AWebhookThatIsAbsentAtGithubIsFine) {
  const v1::Hook hook = *CreateHook(project_);
  {
    absl::MutexLock lock(&mutex);
    hooks.clear();
  }
  EXPECT_TRUE(Delete(hook.name()).ok());
}

TEST_F(HookServiceTest, K25RestoringMakesTheMissingMendsTheWrongAndLeavesTheRight) {
  const v1::Hook right = *CreateHook(project_);
  const v1::Hook missing = *CreateHook(project_);
  const v1::Hook wrong_url = *CreateHook(project_);
  const v1::Hook wrong_events = *CreateHook(project_);
  {
    absl::MutexLock lock(&mutex);
    ASSERT_EQ(hooks.size(), 4u);
    hooks.erase(78);
    hooks[79]["config"]["url"] = "http://elsewhere/";
    hooks[80]["events"] = {"push"};
  }
  EXPECT_THAT(Outcomes(), ElementsAre(Restored::OUTCOME_UNTOUCHED, Restored::OUTCOME_RECREATED,
                                      Restored::OUTCOME_EDITED, Restored::OUTCOME_EDITED));
  {
    absl::MutexLock lock(&mutex);
    ASSERT_EQ(hooks.size(), 4u);
    EXPECT_EQ(hooks[79]["config"]["url"],
              absl::StrCat("http://k/_hooks/hook/", Number(wrong_url.name()), "/"));
    EXPECT_EQ(hooks[79]["config"]["secret"], Secret(wrong_url));
    EXPECT_EQ(hooks[80]["events"].size(), 6u);
    EXPECT_EQ(hooks[81]["config"]["secret"], Secret(missing));
  }
  EXPECT_EQ(parts_.hook_store.GetHook(Number(project_), Number(missing.name()))->github_hook_id,
            81);
  const std::vector<int> again = Outcomes();
  EXPECT_EQ(again, std::vector<int>(4, Restored::OUTCOME_UNTOUCHED));
}

TEST_F(HookServiceTest, K25WhatALostAnswerMadeTwiceIsThereOnceAfterwards) {
  const v1::Hook hook = *CreateHook(project_);
  {
    absl::MutexLock lock(&mutex);
    hooks[90] = hooks[77];
    hooks[90]["id"] = 90;
  }
  EXPECT_THAT(Outcomes(), ElementsAre(Restored::OUTCOME_EDITED));
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(hooks.size(), 1u);
  EXPECT_EQ(hooks.count(77), 1u);
}

TEST_F(HookServiceTest, K25AnErrorOfGithubsLosesNoHook) {
  const v1::Hook hook = *CreateHook(project_);
  {
    absl::MutexLock lock(&mutex);
    hooks.clear();
    hook_status = 500;
  }
  EXPECT_EQ(Reason(Restore().status()), "github_unavailable");
  EXPECT_TRUE(GetHook(hook.name()).ok());
  {
    absl::MutexLock lock(&mutex);
    hook_status = 201;
  }
  EXPECT_THAT(Outcomes(), ElementsAre(Restored::OUTCOME_RECREATED));
}

// Two who restore at once must leave a webhook whose deliveries are accepted.
TEST_F(HookServiceTest, K25AHookAnotherRestoredAMomentBeforeIsTakenOver) {
  const v1::Hook hook = *CreateHook(project_);
  const std::string secret = Secret(hook);
  {
    absl::MutexLock lock(&mutex);
    hooks.clear();
    hook_made_by_another = true;
  }
  EXPECT_THAT(Outcomes(), ElementsAre(Restored::OUTCOME_RECREATED));
  EXPECT_EQ(parts_.hook_store.GetHook(Number(project_), Number(hook.name()))->github_hook_id, 78);
  absl::MutexLock lock(&mutex);
  ASSERT_EQ(hooks.size(), 1u);
  EXPECT_EQ(hooks[78]["config"]["secret"], secret);
  EXPECT_EQ(Secret(hook), secret);
}

TEST_F(HookServiceTest, K25ARestorationThatBreaksOffKeepsTheSecretThatGithubMayHave) {
  const v1::Hook hook = *CreateHook(project_);
  const std::string secret = Secret(hook);
  {
    absl::MutexLock lock(&mutex);
    hooks.clear();
    hook_status = 500;
    hook_made_anyway = true;
  }
  EXPECT_FALSE(Restore().ok());
  absl::MutexLock lock(&mutex);
  ASSERT_FALSE(hooks.empty());
  EXPECT_EQ(hooks.begin()->second["config"]["secret"], secret);
  EXPECT_EQ(Secret(hook), secret);
}

TEST_F(HookServiceTest, K26OnlyManagersOfItsProjectReachAHook) {
  const v1::Hook hook = *CreateHook(project_);
  AddMember(Number(project_), kBob, Role::kMember);
  const int64_t other = AddProject(10, kEve);
  const std::string foreign = absl::StrCat("projects/", other, "/hooks/", Number(hook.name()));
  // A member sees and changes nothing.
  EXPECT_TRUE(GetHook(hook.name(), kBob).ok());
  EXPECT_EQ(Update(hook, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Delete(hook.name(), kBob).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Restore(kBob).status().code(), absl::StatusCode::kPermissionDenied);
  // A stranger does not learn that there is one.
  EXPECT_EQ(GetHook(hook.name(), kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Update(hook, kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(hook.name(), kEve).code(), absl::StatusCode::kNotFound);
  // Not even by way of a project of their own.
  EXPECT_EQ(GetHook(foreign, kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(foreign, kEve).code(), absl::StatusCode::kNotFound);
  v1::Hook moved = hook;
  moved.set_name(foreign);
  EXPECT_EQ(Update(moved, kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetHook("projects/1/hooks/-1").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HookServiceTest, AManagerWithoutAdminRightsActsAsTheOwner) {
  AddMember(Number(project_), kBob, Role::kManager);
  EXPECT_TRUE(CreateHook(project_, kBob).ok());
  // Until nobody has them.
  admin = false;
  EXPECT_EQ(Reason(CreateHook(project_, kBob).status()), "admin_needed");
}

TEST_F(HookServiceTest, TwentyWebhooksAreWhatGithubAllows) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(CreateHook(project_).ok());
  EXPECT_EQ(Reason(CreateHook(project_).status()), "too_many_hooks");
}

// They all go to BuildService in one message.
TEST_F(HookServiceTest, TheScriptsOfAProjectAreCappedTogether) {
  v1::Hook large = SomeHook();
  large.set_script(std::string(1 << 20, 'x'));
  v1::CreateHookRequest request;
  request.set_parent(project_);
  *request.mutable_hook() = large;
  for (int i = 0; i < 8; ++i) {
    const auto made = Ask(&Stub::CreateHook, request, Session(kAnn));
    ASSERT_TRUE(made.ok()) << made.status();
    large.set_name(made->name());
  }
  EXPECT_EQ(Detail(CreateHook(project_).status(), "field"), "script");
  EXPECT_TRUE(Update(large).ok()) << "what it has is not counted twice";
  large.set_install_script("make\n");
  EXPECT_EQ(Detail(Update(large).status(), "field"), "script");
  large.set_script("make\n");
  EXPECT_TRUE(Update(large).ok());
  EXPECT_TRUE(CreateHook(project_).ok());
}

}  // namespace
}  // namespace kozmic::project
