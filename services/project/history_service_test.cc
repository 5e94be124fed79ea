// Who changed what, over gRPC. P51

#include "gmock/gmock.h"
#include "services/project/github_service_test.h"

namespace kozmic::project {
namespace {

using history::v1::SettingsChange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class HistoryServiceTest : public GithubServiceTest {
 protected:
  HistoryServiceTest() {
    // It has a deploy key then.
    is_private = true;
    project_ = MakeProject();
  }

  absl::StatusOr<history::v1::ListSettingsChangesResponse> List(int64_t user = kAnn) {
    history::v1::ListSettingsChangesRequest request;
    request.set_parent(project_);
    return Ask(&Stub::ListSettingsChanges, request, Session(user));
  }
  absl::StatusOr<SettingsChange> GetChange(const std::string& name, int64_t user = kAnn) {
    history::v1::GetSettingsChangeRequest request;
    request.set_name(name);
    return Ask(&Stub::GetSettingsChange, request, Session(user));
  }
  // "added hooks/1 Tests", newest first.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    const auto list = List();
    EXPECT_TRUE(list.ok()) << list.status();
    for (const SettingsChange& one : list->changes()) {
      const std::string action = SettingsChange::Action_Name(one.action()).substr(7);
      told.push_back(absl::StrCat(one.login(), " ", action, " ", one.subject(), " ", one.title()));
    }
    return told;
  }

  std::string project_;
};

TEST_F(HistoryServiceTest, TellsOfEverySettingOfThisService) {
  AddMember(Number(project_), kBob, Role::kManager);
  v1::Hook hook = *CreateHook(project_);
  hook.set_image("debian:13");
  v1::UpdateHookRequest update;
  *update.mutable_hook() = hook;
  ASSERT_TRUE(Ask(&Stub::UpdateHook, update, Session(kBob)).ok());
  v1::SetSecretRequest secret;
  secret.set_name(project_ + "/secrets/TOKEN");
  secret.set_value("very secret value");
  ASSERT_TRUE(Ask(&Stub::SetSecret, secret, Session(kAnn)).ok());
  ASSERT_TRUE(Ask(&Stub::SetSecret, secret, Session(kBob)).ok());
  v1::SetRegistryCredentialRequest registry;
  registry.set_name(project_ + "/registries/r.example");
  registry.set_username("robot");
  registry.set_password("very secret password");
  ASSERT_TRUE(Ask(&Stub::SetRegistryCredential, registry, Session(kAnn)).ok());
  registry.set_username("robot2");
  ASSERT_TRUE(Ask(&Stub::SetRegistryCredential, registry, Session(kAnn)).ok());
  v1::ResetBadgeTokenRequest badge;
  badge.set_name(project_ + "/badge");
  ASSERT_TRUE(Ask(&Stub::ResetBadgeToken, badge, Session(kAnn)).ok());
  v1::RotateDeployKeyRequest key;
  key.set_name(project_ + "/deployKey");
  ASSERT_TRUE(Ask(&Stub::RotateDeployKey, key, Session(kAnn)).ok());
  v1::DeleteRegistryCredentialRequest no_registry;
  no_registry.set_name(registry.name());
  ASSERT_TRUE(Ask(&Stub::DeleteRegistryCredential, no_registry, Session(kAnn)).ok());
  v1::DeleteSecretRequest no_secret;
  no_secret.set_name(secret.name());
  ASSERT_TRUE(Ask(&Stub::DeleteSecret, no_secret, Session(kAnn)).ok());
  v1::DeleteHookRequest no_hook;
  no_hook.set_name(hook.name());
  ASSERT_TRUE(Ask(&Stub::DeleteHook, no_hook, Session(kAnn)).ok());

  const std::string its_name = hook.name().substr(project_.size() + 1);
  EXPECT_THAT(
      Told(),
      ElementsAre("ann REMOVED " + its_name + " Tests", "ann REMOVED secrets/TOKEN TOKEN",
                  "ann REMOVED registries/r.example r.example", "ann CHANGED deployKey ",
                  "ann CHANGED badge ", "ann CHANGED registries/r.example r.example",
                  "ann ADDED registries/r.example r.example", "Bob CHANGED secrets/TOKEN TOKEN",
                  "ann ADDED secrets/TOKEN TOKEN", "Bob CHANGED " + its_name + " Tests",
                  "ann ADDED " + its_name + " Tests", "kozmic ADDED deployKey "));
  const auto list = *List();
  EXPECT_THAT(list.DebugString(), Not(HasSubstr("very secret")));
  EXPECT_EQ(CountRows("settings_changes WHERE fields LIKE '%very secret%'"), 0);
  // Who changed what to what.
  const SettingsChange& edit = list.changes(9);
  EXPECT_EQ(edit.user(), "users/2");
  EXPECT_FALSE(edit.by_access_token());
  ASSERT_EQ(edit.fields_size(), 1);
  EXPECT_EQ(edit.fields(0).field(), "image");
  EXPECT_EQ(edit.fields(0).before().string_value(), SomeHook().image());
  EXPECT_EQ(edit.fields(0).after().string_value(), "debian:13");
  EXPECT_EQ(GetChange(edit.name())->DebugString(), edit.DebugString());
}

TEST_F(HistoryServiceTest, IsForThoseWhoMayConfigure) {
  ASSERT_TRUE(CreateHook(project_).ok());
  const std::string change = List()->changes(0).name();
  EXPECT_EQ(List(kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetChange(change, kEve).status().code(), absl::StatusCode::kNotFound);
  AddMember(Number(project_), kBob, Role::kMember);
  EXPECT_EQ(List(kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetChange(change, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetChange(project_ + "/settingsChanges/404").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(GetChange(project_).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HistoryServiceTest, WhatFailedAtGithubIsNoChange) {
  {
    absl::MutexLock lock(&mutex);
    hook_status = 502;
  }
  EXPECT_FALSE(CreateHook(project_).ok());
  EXPECT_THAT(Told(), ElementsAre("kozmic ADDED deployKey "));
}

}  // namespace
}  // namespace kozmic::project
