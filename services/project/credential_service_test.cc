// Deploy keys, secrets and what runners are given of them, over gRPC.

#include "gmock/gmock.h"
#include "services/project/github_service_test.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class CredentialServiceTest : public GithubServiceTest {
 protected:
  CredentialServiceTest() { is_private = true; }

  absl::StatusOr<v1::IssueCheckoutResponse> Checkout(const std::string& project, bool fork = false,
                                                     bool refused = false) {
    v1::IssueCheckoutRequest request;
    request.set_project(project);
    request.set_commit(kSha);
    request.set_fork(fork);
    request.set_refused(refused);
    return Ask(&Stub::IssueCheckout, request, Token("build"));
  }
  absl::StatusOr<v1::DeployKey> GetKey(const std::string& project, int64_t user = kAnn) {
    v1::GetDeployKeyRequest request;
    request.set_name(project + "/deployKey");
    return Ask(&Stub::GetDeployKey, request, Session(user));
  }
  absl::StatusOr<v1::DeployKey> RestoreKey(const std::string& project, int64_t user = kAnn) {
    v1::RestoreDeployKeyRequest request;
    request.set_name(project + "/deployKey");
    return Ask(&Stub::RestoreDeployKey, request, Session(user));
  }
  absl::StatusOr<v1::Secret> SetSecret(const std::string& project, const std::string& name,
                                       const std::string& value, int64_t user = kAnn) {
    v1::SetSecretRequest request;
    request.set_name(absl::StrCat(project, "/secrets/", name));
    request.set_value(value);
    return Ask(&Stub::SetSecret, request, Session(user));
  }
  size_t KeysAtGithub() {
    absl::MutexLock lock(&mutex);
    return keys.size();
  }
};

TEST_F(CredentialServiceTest, K12APrivateRepositoryGetsAReadOnlyDeployKey) {
  const std::string project = MakeProject();
  const auto key = GetKey(project);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->type(), "ssh-ed25519");
  EXPECT_THAT(key->public_key(), StartsWith("ssh-ed25519 AAAA"));
  EXPECT_THAT(key->fingerprint(), StartsWith("SHA256:"));
  EXPECT_EQ(key->state(), v1::DeployKey::STATE_PRESENT);
  {
    absl::MutexLock lock(&mutex);
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys[500]["title"], "Kozmic CI key");
    EXPECT_EQ(keys[500]["key"], key->public_key());
    EXPECT_EQ(keys[500]["read_only"], true);
  }
  // The private half is sealed, and told to nobody but a runner.
  const std::string private_key = Checkout(project)->ssh_private_key();
  EXPECT_THAT(private_key, StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----"));
  EXPECT_THAT(key->SerializeAsString(), Not(HasSubstr(private_key.substr(50, 40))));
  EXPECT_EQ(CountRows("deploy_keys WHERE private_key LIKE '%PRIVATE KEY%'"), 0);
}

TEST_F(CredentialServiceTest, K12APublicRepositoryNeedsNone) {
  is_private = false;
  const std::string project = MakeProject();
  EXPECT_EQ(GetKey(project).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(RestoreKey(project).status().code(), absl::StatusCode::kNotFound);
  const auto checkout = Checkout(project);
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->clone_url(), GithubInHand::url() + "/octo/hello.git");
  EXPECT_EQ(checkout->ssh_private_key(), "");
  EXPECT_THAT(checkout->ssh_known_hosts(), IsEmpty());
}

TEST_F(CredentialServiceTest, K42ARunnerGetsKeyAndHostKeysOfAPrivateRepository) {
  const auto checkout = Checkout(MakeProject());
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->clone_url(), "ssh://git@github.example/octo/hello.git");
  EXPECT_THAT(checkout->ssh_known_hosts(), ElementsAre("github.example ssh-ed25519 AAAAhostkey"));
}

TEST_F(CredentialServiceTest, K42AKeyThatIsMissingAtGithubIsPutThereAgain) {
  const std::string project = MakeProject();
  {
    absl::MutexLock lock(&mutex);
    keys.clear();
  }
  // Nobody has noticed yet.
  ASSERT_TRUE(Checkout(project).ok());
  EXPECT_EQ(KeysAtGithub(), 0u);
  // A runner was refused.
  const auto checkout = Checkout(project, /*fork=*/false, /*refused=*/true);
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(KeysAtGithub(), 1u);
  {
    absl::MutexLock lock(&mutex);
    keys.clear();
    key_status = 502;
  }
  EXPECT_EQ(Checkout(project, false, true).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(GetKey(project)->error(), "");
  {
    absl::MutexLock lock(&mutex);
    key_status = 403;
  }
  EXPECT_FALSE(Checkout(project, false, true).ok());
  EXPECT_EQ(GetKey(project)->state(), v1::DeployKey::STATE_UNKNOWN);
  {
    absl::MutexLock lock(&mutex);
    key_status = 201;
  }
  // Known to be missing by now: the next job has it made.
  ASSERT_TRUE(Checkout(project).ok());
  EXPECT_EQ(KeysAtGithub(), 1u);
  EXPECT_EQ(GetKey(project)->state(), v1::DeployKey::STATE_PRESENT);
  EXPECT_EQ(GetKey(project)->error(), "");
}

TEST_F(CredentialServiceTest, GithubsOutageDoesNotUndoWhatIsKnownOfAKey) {
  const std::string project = MakeProject();
  {
    absl::MutexLock lock(&mutex);
    keys_status = key_status = 502;
  }
  EXPECT_EQ(RestoreKey(project).status().code(), absl::StatusCode::kUnavailable);
  // The key is where it was: jobs that fetch with it need nothing of GitHub's API.
  EXPECT_TRUE(Checkout(project).ok());
}

TEST_F(CredentialServiceTest, HostKeysNeedNeitherTheOwnersSignInNorGithubAllTheTime) {
  const std::string project = MakeProject();
  auth_.SetGithubToken(kAnn, "revoked");
  ASSERT_TRUE(Checkout(project).ok());
  meta_status = 502;
  auth_.SetGithubToken(kAnn, "good");
  // A refused runner has them asked for anew.
  const auto checkout = Checkout(project, /*fork=*/false, /*refused=*/true);
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_THAT(checkout->ssh_known_hosts(), ElementsAre("github.example ssh-ed25519 AAAAhostkey"));
}

TEST_F(CredentialServiceTest, AManagerRestoresTheKeyAndTakesAwayItsRightToWrite) {
  const std::string project = MakeProject();
  {
    absl::MutexLock lock(&mutex);
    keys[500]["read_only"] = false;
  }
  ASSERT_TRUE(RestoreKey(project).ok());
  {
    absl::MutexLock lock(&mutex);
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys.begin()->second["read_only"], true);
  }
  AddMember(Number(project), kBob, Role::kMember);
  EXPECT_EQ(RestoreKey(project, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetKey(project, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetKey(project, kEve).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(CredentialServiceTest, ANewPairTakesTheOldOnesPlace) {
  const std::string project = MakeProject();
  const auto old = *GetKey(project);
  v1::RotateDeployKeyRequest request;
  request.set_name(project + "/deployKey");
  // On an error of GitHub's the old one stays.
  {
    absl::MutexLock lock(&mutex);
    key_status = 422;
  }
  EXPECT_FALSE(Ask(&Stub::RotateDeployKey, request, Session(kAnn)).ok());
  EXPECT_EQ(GetKey(project)->fingerprint(), old.fingerprint());
  {
    absl::MutexLock lock(&mutex);
    key_status = 201;
  }
  const auto next = Ask(&Stub::RotateDeployKey, request, Session(kAnn));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_NE(next->fingerprint(), old.fingerprint());
  absl::MutexLock lock(&mutex);
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys.begin()->second["key"], next->public_key());
}

TEST_F(CredentialServiceTest, AnErrorWhileTheKeyIsMadeLeavesNoProject) {
  {
    absl::MutexLock lock(&mutex);
    key_status = 422;
  }
  EXPECT_FALSE(Create().ok());
  EXPECT_TRUE(WaitFor([&] { return CountRows("projects") == 0; }));
  EXPECT_EQ(CountRows("deploy_keys"), 0);
}

TEST_F(CredentialServiceTest, P5SecretsAreWrittenAndGivenToJobsOnly) {
  const std::string project = MakeProject();
  const auto secret = SetSecret(project, "TOKEN", "very secret value");
  ASSERT_TRUE(secret.ok()) << secret.status();
  EXPECT_TRUE(secret->masked());
  EXPECT_FALSE(SetSecret(project, "PIN", "123")->masked());
  EXPECT_EQ(CountRows("secrets WHERE value LIKE '%very secret%'"), 0);

  v1::ListSecretsRequest list;
  list.set_parent(project);
  const auto listed = Ask(&Stub::ListSecrets, list, Session(kAnn));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->secrets_size(), 2);
  EXPECT_EQ(listed->secrets(1).name(), project + "/secrets/TOKEN");
  EXPECT_THAT(listed->SerializeAsString(), Not(HasSubstr("very")));

  const auto checkout = *Checkout(project);
  EXPECT_EQ(checkout.secrets().at("TOKEN"), "very secret value");
  EXPECT_EQ(checkout.secrets().at("PIN"), "123");

  v1::DeleteSecretRequest remove;
  remove.set_name(project + "/secrets/PIN");
  EXPECT_TRUE(Ask(&Stub::DeleteSecret, remove, Session(kAnn)).ok());
  EXPECT_EQ(Ask(&Stub::DeleteSecret, remove, Session(kAnn)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Checkout(project)->secrets_size(), 1);
}

TEST_F(CredentialServiceTest, P5AForkGetsNoSecretAndNoKey) {
  const std::string project = MakeProject();
  ASSERT_TRUE(SetSecret(project, "TOKEN", "very secret value").ok());
  EXPECT_EQ(Reason(Checkout(project, /*fork=*/true).status()), "fork_of_private");
  is_private = false;
  v1::SyncMembersRequest sync;
  sync.set_parent(project);
  ASSERT_TRUE(Ask(&Stub::SyncMembers, sync, Session(kAnn)).ok());
  const auto checkout = Checkout(project, /*fork=*/true);
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_THAT(checkout->secrets(), IsEmpty());
  EXPECT_EQ(checkout->ssh_private_key(), "");
}

TEST_F(CredentialServiceTest, P5OnlyManagersOfTheProjectReachItsSecrets) {
  const std::string project = MakeProject();
  ASSERT_TRUE(SetSecret(project, "TOKEN", "value").ok());
  AddMember(Number(project), kBob, Role::kMember);
  EXPECT_EQ(SetSecret(project, "X", "v", kBob).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(SetSecret(project, "X", "v", kEve).status().code(), absl::StatusCode::kNotFound);
  v1::ListSecretsRequest list;
  list.set_parent(project);
  EXPECT_EQ(Ask(&Stub::ListSecrets, list, Session(kBob)).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask(&Stub::ListSecrets, list, Session(kEve)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CredentialServiceTest, P20RegistryCredentialsAreWrittenAndGivenToJobsOnly) {
  const std::string project = MakeProject();
  v1::SetRegistryCredentialRequest set;
  set.set_name(project + "/registries/R.example:5000");
  set.set_username("ann");
  set.set_password("very secret password");
  const auto credential = Ask(&Stub::SetRegistryCredential, set, Session(kAnn));
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(credential->name(), project + "/registries/r.example:5000");
  EXPECT_EQ(credential->username(), "ann");
  EXPECT_TRUE(credential->has_update_time());
  EXPECT_EQ(CountRows("registry_credentials WHERE password LIKE '%very secret%'"), 0);

  v1::ListRegistryCredentialsRequest list;
  list.set_parent(project);
  const auto listed = Ask(&Stub::ListRegistryCredentials, list, Session(kAnn));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->credentials_size(), 1);
  EXPECT_THAT(listed->SerializeAsString(), Not(HasSubstr("very")));

  v1::IssueCheckoutRequest wanted;
  wanted.set_project(project);
  wanted.set_commit(kSha);
  const auto issued = [&] { return Ask(&Stub::IssueCheckout, wanted, Token("build")); };
  EXPECT_EQ(issued()->registry_credentials_size(), 0) << "no image of it is asked for";
  wanted.add_images("debian:12");
  wanted.add_images("r.example:5000/owner/image@sha256:" + std::string(64, 'a'));
  const auto checkout = issued();
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  ASSERT_EQ(checkout->registry_credentials_size(), 1);
  EXPECT_EQ(checkout->registry_credentials(0).registry(), "r.example:5000");
  EXPECT_EQ(checkout->registry_credentials(0).username(), "ann");
  EXPECT_EQ(checkout->registry_credentials(0).password(), "very secret password");

  v1::DeleteRegistryCredentialRequest remove;
  remove.set_name(project + "/registries/r.example:5000");
  EXPECT_TRUE(Ask(&Stub::DeleteRegistryCredential, remove, Session(kAnn)).ok());
  EXPECT_EQ(Ask(&Stub::DeleteRegistryCredential, remove, Session(kAnn)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(issued()->registry_credentials_size(), 0);
}

TEST_F(CredentialServiceTest, P20I18AForkGetsNoRegistryCredentials) {
  is_private = false;
  const std::string project = MakeProject();
  v1::SetRegistryCredentialRequest set;
  set.set_name(project + "/registries/r.example");
  set.set_username("ann");
  set.set_password("very secret password");
  ASSERT_TRUE(Ask(&Stub::SetRegistryCredential, set, Session(kAnn)).ok());
  v1::IssueCheckoutRequest wanted;
  wanted.set_project(project);
  wanted.set_commit(kSha);
  wanted.add_images("r.example/owner/image");
  EXPECT_EQ(Ask(&Stub::IssueCheckout, wanted, Token("build"))->registry_credentials_size(), 1);
  wanted.set_fork(true);
  const auto checkout = Ask(&Stub::IssueCheckout, wanted, Token("build"));
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->registry_credentials_size(), 0);
}

TEST_F(CredentialServiceTest, P20OnlyManagersOfTheProjectReachItsRegistries) {
  const std::string project = MakeProject();
  AddMember(Number(project), kBob, Role::kMember);
  v1::SetRegistryCredentialRequest set;
  set.set_name(project + "/registries/r.example");
  set.set_username("u");
  set.set_password("p");
  v1::ListRegistryCredentialsRequest list;
  list.set_parent(project);
  v1::DeleteRegistryCredentialRequest remove;
  remove.set_name(set.name());
  for (const auto& [user, code] : std::vector<std::pair<int64_t, absl::StatusCode>>{
           {kBob, absl::StatusCode::kPermissionDenied}, {kEve, absl::StatusCode::kNotFound}}) {
    EXPECT_EQ(Ask(&Stub::SetRegistryCredential, set, Session(user)).status().code(), code);
    EXPECT_EQ(Ask(&Stub::ListRegistryCredentials, list, Session(user)).status().code(), code);
    EXPECT_EQ(Ask(&Stub::DeleteRegistryCredential, remove, Session(user)).status().code(), code);
  }
  set.set_name(project + "/registries/https://r.example");
  EXPECT_EQ(Detail(Ask(&Stub::SetRegistryCredential, set, Session(kAnn)).status(), "field"),
            "registry");
  EXPECT_EQ(CountRows("registry_credentials"), 0);
}

TEST_F(CredentialServiceTest, P5AFaultySecretIsNamed) {
  const std::string project = MakeProject();
  EXPECT_EQ(Detail(SetSecret(project, "A-B", "v").status(), "field"), "name");
  EXPECT_EQ(Detail(SetSecret(project, "KOZMIC_X", "v").status(), "field"), "name");
  EXPECT_EQ(Detail(SetSecret(project, "A", "").status(), "field"), "value");
  EXPECT_EQ(Detail(SetSecret(project, "A", std::string((64 << 10) + 1, 'x')).status(), "field"),
            "value");
  EXPECT_EQ(Detail(SetSecret(project, "A", std::string("a\0b", 3)).status(), "field"), "value");
  EXPECT_EQ(CountRows("secrets"), 0);
}

TEST_F(CredentialServiceTest, K66ABadgeOfAPrivateProjectNeedsItsToken) {
  const std::string project = MakeProject();
  v1::GetBadgeRequest get;
  get.set_name(project + "/badge");
  const auto badge = Ask(&Stub::GetBadge, get, Session(kAnn));
  ASSERT_TRUE(badge.ok()) << badge.status();
  EXPECT_EQ(badge->url(), "http://k/badges/octo/hello");
  EXPECT_EQ(badge->default_branch(), "main");
  EXPECT_EQ(badge->token().size(), 32u);
  EXPECT_EQ(Ask(&Stub::GetBadge, get, Session(kAnn))->token(), badge->token());
  EXPECT_EQ(CountRows(absl::StrCat("projects WHERE badge_token LIKE '%", badge->token(), "%'")), 0);

  v1::ResolveBadgeRequest resolve;
  resolve.set_repository("Octo/Hello");
  const auto resolved = [&](const std::string& token) {
    resolve.set_token(token);
    return Ask(&Stub::ResolveBadge, resolve, Token("gateway"));
  };
  EXPECT_EQ(resolved("").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(resolved("x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(resolved(badge->token())->project(), project);
  v1::ResetBadgeTokenRequest reset;
  reset.set_name(project + "/badge");
  const auto fresh = Ask(&Stub::ResetBadgeToken, reset, Session(kAnn));
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_EQ(resolved(badge->token()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(resolved(fresh->token())->project(), project);
  EXPECT_EQ(Ask(&Stub::ResolveBadge, resolve, Session(kAnn)).status().code(),
            absl::StatusCode::kPermissionDenied);
  AddMember(Number(project), kBob, Role::kMember);
  EXPECT_TRUE(Ask(&Stub::GetBadge, get, Session(kBob)).ok());
  EXPECT_EQ(Ask(&Stub::ResetBadgeToken, reset, Session(kBob)).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(CredentialServiceTest, K66ABadgeOfAPublicProjectNeedsNone) {
  is_private = false;
  const std::string project = MakeProject();
  v1::ResolveBadgeRequest resolve;
  resolve.set_repository("octo/hello");
  EXPECT_EQ(Ask(&Stub::ResolveBadge, resolve, Token("gateway"))->project(), project);
  resolve.set_repository("octo/other");
  EXPECT_EQ(Ask(&Stub::ResolveBadge, resolve, Token("gateway")).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::project
