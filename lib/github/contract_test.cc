// Every request that Api makes, before the GitHub simulator: what we ask and what we understand of
// the answers. Under ./kozmic test both are checked against GitHub's published description.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/random.h"
#include "lib/crypto/ssh_key.h"
#include "lib/github/api.h"
#include "lib/status/annotate.h"
#include "lib/testing/github_simulator.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kRocket[] = "acme/rocket";

// Of the seed "team".
const std::string kAda = GithubSimulator::TeamToken("ada");
const std::string kBob = GithubSimulator::TeamToken("bob");
const std::string kCara = GithubSimulator::TeamToken("cara");
const std::string kDan = GithubSimulator::TeamToken("dan");
const std::string kEve = GithubSimulator::TeamToken("eve");
const std::string kMallory = GithubSimulator::TeamToken("mallory");

// "admin", "push", "pull", or "" for somebody who may nothing.
template <typename Entry>
std::string RightOf(const Entry& entry) {
  return entry.may_admin ? "admin" : entry.may_push ? "push" : entry.may_pull ? "pull" : "";
}

class ContractTest : public ::testing::Test {
 protected:
  std::vector<std::string> NamesFor(const std::string& token) {
    const auto listing = api_.ListUserRepositories(token, {}, nullptr);
    EXPECT_TRUE(listing.ok()) << listing.status();
    std::vector<std::string> names;
    if (listing.ok()) {
      for (const Repository& repository : listing->repositories) {
        names.push_back(repository.full_name + " " + RightOf(repository));
      }
    }
    return names;
  }

  // The commit that acme/rocket's main branch is at.
  std::string Commit() {
    return JsonText(Control("GET", "/as/ada/repos/acme/rocket/commits/main"), "sha").value_or("");
  }

  nlohmann::json Control(absl::string_view method, absl::string_view path,
                         const nlohmann::json& body = nullptr) {
    const auto answer = simulator_.Control(method, path, body);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : nlohmann::json();
  }

  void SetFaults(const nlohmann::json& faults) { Control("PUT", "/faults", faults); }

  GithubSimulator simulator_{{.seed = "team"}};
  FakeClock clock_{absl::Now()};
  const Api api_{{.base_url = simulator_.api_url()}, clock_};
};

TEST_F(ContractTest, ReadsTheUser) {
  const auto user = api_.GetAuthenticatedUser(kEve);
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_GT(user->user.id, 0);
  EXPECT_EQ(user->user.login, "eve");
  EXPECT_EQ(user->user.name, "Eve Outside");
  EXPECT_NE(user->user.avatar_url, "");
  EXPECT_THAT(*user->scopes, UnorderedElementsAre("repo", "read:org", "user:email"));
  EXPECT_EQ(api_.GetAuthenticatedUser("ghp_none").status().code(),
            absl::StatusCode::kUnauthenticated);
}

// K11
TEST_F(ContractTest, ReadsARepositoryWithTheRightsOfWhoAsks) {
  const auto rocket = api_.GetRepository(kAda, kRocket);
  ASSERT_TRUE(rocket.ok()) << rocket.status();
  EXPECT_GT(rocket->id, 0);
  EXPECT_EQ(rocket->full_name, kRocket);
  EXPECT_TRUE(rocket->is_private);
  EXPECT_EQ(rocket->html_url, simulator_.web_url() + "/acme/rocket");
  EXPECT_EQ(rocket->default_branch, "main");
  EXPECT_EQ(rocket->owner_login, "acme");
  EXPECT_TRUE(rocket->owner_is_organization);
  EXPECT_NE(rocket->owner_avatar_url, "");
  EXPECT_FALSE(rocket->archived);
  EXPECT_EQ(rocket->description, "Goes up");
  const std::pair<std::string, std::string> rights[] = {
      {kAda, "admin"}, {kBob, "push"}, {kEve, "push"}, {kCara, "pull"}, {kDan, "pull"}};
  for (const auto& [token, right] : rights) {
    const auto repository = api_.GetRepository(token, kRocket);
    ASSERT_TRUE(repository.ok()) << token << " " << repository.status();
    EXPECT_EQ(RightOf(*repository), right) << token;
  }
  EXPECT_EQ(api_.GetRepository(kMallory, kRocket).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(api_.GetRepository(kAda, "bob/tool")->owner_is_organization);
}

// P53
TEST_F(ContractTest, FollowsARenamedRepository) {
  const int64_t id = api_.GetRepository(kBob, kRocket)->id;
  Control("PATCH", "/as/ada/repos/acme/rocket", {{"name", "shuttle"}});
  const auto repository = api_.GetRepository(kBob, kRocket);
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_EQ(repository->id, id);
  EXPECT_EQ(repository->full_name, "acme/shuttle");
}

// K8
TEST_F(ContractTest, ListsWhatAUserHasAccessTo) {
  EXPECT_THAT(NamesFor(kAda),
              ElementsAre("acme/engine admin", "acme/rocket admin", "acme/website admin",
                          "ada/notes admin", "bob/tool admin"));
  EXPECT_THAT(NamesFor(kBob),
              ::testing::IsSupersetOf({"acme/engine push", "acme/rocket push", "bob/tool admin"}));
  EXPECT_THAT(NamesFor(kMallory), IsEmpty());
}

// K9
TEST_F(ContractTest, ListsAgainOnlyWhatChanged) {
  nlohmann::json more = nlohmann::json::array();
  for (int i = 100; i < 340; ++i) {
    more.push_back({{"owner", "eve"}, {"name", absl::StrCat("r", i)}});
  }
  Control("POST", "/seed", {{"repositories", more}});
  std::vector<std::string> progress;
  const auto tell = [&](int done, int total, int items) {
    progress.push_back(absl::StrCat(done, "/", total, ":", items));
  };
  const auto first = api_.ListUserRepositories(kEve, {}, tell);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->repositories.size(), 241u);
  EXPECT_EQ(first->etags.size(), 3u);
  EXPECT_THAT(progress, ElementsAre("1/3:100", "2/3:200", "3/3:241"));
  EXPECT_TRUE(std::is_sorted(
      first->repositories.begin(), first->repositories.end(),
      [](const Repository& a, const Repository& b) { return a.full_name < b.full_name; }));

  const auto same = api_.ListUserRepositories(kEve, first->etags, nullptr);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_TRUE(same->not_modified);
  EXPECT_THAT(same->repositories, IsEmpty());

  Control("PATCH", "/as/eve/repos/eve/r333", {{"description", "changed"}});
  const auto changed = api_.ListUserRepositories(kEve, same->etags, nullptr);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_FALSE(changed->not_modified);
  ASSERT_EQ(changed->repositories.size(), 241u);
  const auto found =
      std::find_if(changed->repositories.begin(), changed->repositories.end(),
                   [](const Repository& each) { return each.full_name == "eve/r333"; });
  ASSERT_NE(found, changed->repositories.end());
  EXPECT_EQ(found->description, "changed");
}

// K13
TEST_F(ContractTest, ListsCollaboratorsWithTheirRights) {
  const auto collaborators = api_.ListCollaborators(kAda, kRocket);
  ASSERT_TRUE(collaborators.ok()) << collaborators.status();
  std::vector<std::string> found;
  for (const Collaborator& collaborator : *collaborators) {
    EXPECT_GT(collaborator.user_id, 0);
    EXPECT_NE(collaborator.avatar_url, "");
    found.push_back(absl::StrCat(collaborator.login, " ", RightOf(collaborator)));
  }
  EXPECT_THAT(found, UnorderedElementsAre("ada admin", "grace admin", "bob push", "eve push",
                                          "cara pull", "dan pull"));
  EXPECT_EQ(api_.ListCollaborators(kMallory, kRocket).status().code(), absl::StatusCode::kNotFound);
}

// K19
TEST_F(ContractTest, KeepsAHook) {
  const NewHook made{.url = "http://127.0.0.1:9/1", .secret = "s", .events = {"push"}};
  const auto hook = api_.CreateHook(kAda, kRocket, made);
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->url, made.url);
  EXPECT_EQ(hook->events, made.events);
  EXPECT_TRUE(hook->active);
  EXPECT_EQ(hook->content_type, "json");
  EXPECT_EQ(api_.GetHook(kAda, kRocket, hook->id)->url, made.url);
  const auto again = api_.CreateHook(kAda, kRocket, made);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(again.status().message(), HasSubstr("Hook already exists"));
  EXPECT_EQ(api_.CreateHook(kBob, kRocket, made).status().code(), absl::StatusCode::kNotFound);

  const NewHook update{
      .url = "http://127.0.0.1:9/2", .secret = "t", .events = {"push", "pull_request"}};
  const auto updated = api_.UpdateHook(kAda, kRocket, hook->id, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->id, hook->id);
  EXPECT_EQ(updated->url, update.url);
  EXPECT_THAT(updated->events, UnorderedElementsAre("push", "pull_request"));
  const auto hooks = api_.ListHooks(kAda, kRocket);
  ASSERT_TRUE(hooks.ok()) << hooks.status();
  ASSERT_EQ(hooks->size(), 1u);
  EXPECT_EQ((*hooks)[0].url, update.url);

  EXPECT_EQ(api_.DeleteHook(kAda, kRocket, hook->id), absl::OkStatus());
  EXPECT_EQ(api_.DeleteHook(kAda, kRocket, hook->id).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(api_.GetHook(kAda, kRocket, hook->id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(api_.UpdateHook(kAda, kRocket, hook->id, update).status().code(),
            absl::StatusCode::kNotFound);
}

// I3
TEST_F(ContractTest, AsksForAFailedDeliveryAgain) {
  const auto hook = api_.CreateHook(
      kAda, kRocket, {.url = "http://127.0.0.1:9/1", .secret = "s", .events = {"push"}});
  ASSERT_TRUE(hook.ok()) << hook.status();
  // GitHub's ping, which nobody takes.
  const auto wait_for = [&](size_t count) {
    absl::StatusOr<HookDeliveryListing> listing;
    int64_t journal = 0;
    for (int i = 0; i < 100; ++i) {
      listing = api_.ListHookDeliveries(kAda, kRocket, hook->id, 0, "");
      if (!listing.ok() || listing->deliveries.size() >= count) break;
      journal = (*simulator_.Journal(journal, 1000))["last"].get<int64_t>();
    }
    return listing;
  };
  const auto first = wait_for(1);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->deliveries.size(), 1u);
  EXPECT_EQ(first->deliveries[0].status_code, 502);
  EXPECT_FALSE(first->deliveries[0].redelivery);
  EXPECT_TRUE(api_.ListHookDeliveries(kAda, kRocket, hook->id, 0, first->etag)->not_modified);
  EXPECT_EQ(api_.RedeliverHookDelivery(kAda, kRocket, hook->id, first->deliveries[0].id),
            absl::OkStatus());
  const auto second = wait_for(2);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->deliveries.size(), 2u);
  EXPECT_TRUE(second->deliveries[0].redelivery);
  EXPECT_EQ(second->deliveries[0].guid, first->deliveries[0].guid);
  EXPECT_EQ(api_.RedeliverHookDelivery(kAda, kRocket, hook->id, 5).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(api_.ListHookDeliveries(kBob, kRocket, hook->id, 0, "").status().code(),
            absl::StatusCode::kNotFound);
}

// P8
TEST_F(ContractTest, FindsCommits) {
  const std::string main = Commit();
  for (const std::string& ref : {std::string("heads/main"), main}) {
    const auto commit = api_.GetCommit(kBob, kRocket, ref);
    ASSERT_TRUE(commit.ok()) << commit.status();
    EXPECT_EQ(commit->id, main);
    EXPECT_FALSE(commit->message.empty());
    EXPECT_FALSE(commit->author_name.empty());
  }
  for (const std::string& ref : {std::string("heads/none"), std::string(40, '1')}) {
    const absl::StatusCode code = api_.GetCommit(kBob, kRocket, ref).status().code();
    EXPECT_TRUE(code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kNotFound);
  }
}

// K12
TEST_F(ContractTest, KeepsADeployKey) {
  SystemRandom random;
  const SshKeyPair pair = GenerateSshKey(SshKeyType::kEd25519, "", random).value();
  const auto key = api_.CreateDeployKey(kAda, kRocket, "Kozmic CI", pair.public_key + " a comment");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_GT(key->id, 0);
  EXPECT_EQ(key->title, "Kozmic CI");
  EXPECT_EQ(key->key, pair.public_key);
  EXPECT_TRUE(key->read_only);
  const auto again = api_.CreateDeployKey(kAda, "acme/engine", "Kozmic CI", pair.public_key);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(again.status().message(), HasSubstr("key is already in use"));
  EXPECT_EQ(api_.CreateDeployKey(kAda, kRocket, "bad", "no key").status().code(),
            absl::StatusCode::kInvalidArgument);

  const SshKeyPair rsa = GenerateSshKey(SshKeyType::kRsa4096, "", random).value();
  ASSERT_TRUE(api_.CreateDeployKey(kAda, kRocket, "RSA", rsa.public_key).ok());
  const auto keys = api_.ListDeployKeys(kAda, kRocket);
  ASSERT_TRUE(keys.ok()) << keys.status();
  std::vector<std::string> texts;
  for (const DeployKey& each : *keys) texts.push_back(each.key);
  EXPECT_THAT(texts, UnorderedElementsAre(pair.public_key, rsa.public_key));

  EXPECT_EQ(api_.DeleteDeployKey(kAda, kRocket, key->id), absl::OkStatus());
  EXPECT_EQ(api_.DeleteDeployKey(kAda, kRocket, key->id).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(api_.ListDeployKeys(kAda, kRocket)->size(), 1u);
  EXPECT_EQ(api_.ListDeployKeys(kBob, kRocket).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ContractTest, ReadsTheKeysOfTheSshServer) {
  const auto keys = api_.GetSshHostKeys(kAda);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_FALSE(keys->empty());
  for (const std::string& key : *keys) EXPECT_TRUE(absl::StartsWith(key, "ssh-")) << key;
}

TEST_F(ContractTest, ReportsStatuses) {
  const std::string commit = Commit();
  const CommitStatus pending{.state = "pending",
                             .context = "Kozmic-CI",
                             .description = "is pending",
                             .target_url = "http://k/b"};
  const CommitStatus success{.state = "success",
                             .context = "Kozmic-CI",
                             .description = "has passed",
                             .target_url = "http://k/b"};
  EXPECT_THAT(*api_.ListCommitStatuses(kBob, kRocket, commit), IsEmpty());
  for (const CommitStatus& status : {pending, success}) {
    const absl::Status reported = api_.CreateCommitStatus(kBob, kRocket, commit, status);
    EXPECT_TRUE(reported.ok()) << reported;
  }
  EXPECT_THAT(*api_.ListCommitStatuses(kBob, kRocket, commit), ElementsAre(success, pending));
  EXPECT_EQ(api_.CreateCommitStatus(kBob, kRocket, std::string(40, '1'), success).code(),
            absl::StatusCode::kInvalidArgument);
}

// Fault matrix, GitHub 403/429.
TEST_F(ContractTest, WaitsWhenTheRateLimitIsUsedUp) {
  for (const int status : {403, 429}) {
    Control("PUT", "/rate_limit",
            {{"login", "eve"}, {"secondary", {{"status", status}, {"retry_after_s", 100}}}});
    const absl::Status refused = api_.GetRepository(kEve, kRocket).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
    EXPECT_GT(std::stoi(Detail(refused, "retry-after-seconds")), 90);

    // GitHub would answer again, but is not asked.
    Control("PUT", "/rate_limit", {{"login", "eve"}});
    EXPECT_EQ(api_.GetRepository(kEve, kRocket).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(api_.GetRepository(kBob, kRocket).ok());
    clock_.Advance(absl::Seconds(101));
    EXPECT_TRUE(api_.GetRepository(kEve, kRocket).ok());
  }
  Control("PUT", "/rate_limit", {{"login", "eve"}, {"remaining", 1}, {"reset_in_s", 1000}});
  EXPECT_TRUE(api_.GetRepository(kEve, kRocket).ok());
  const absl::Status refused = api_.GetRepository(kEve, kRocket).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
  EXPECT_NE(Detail(refused, "retry-after-seconds"), "");
}

TEST_F(ContractTest, ReadsOnThroughFaults) {
  const nlohmann::json faults[] = {
      {{"path_regex", "/repos/"}, {"times", 2}, {"status", 502}},
      {{"path_regex", "/repos/"}, {"times", 2}, {"drop_connection", true}},
      {{"path_regex", "/repos/"}, {"times", 2}, {"truncate", 20}}};
  for (const nlohmann::json& fault : faults) {
    SetFaults(nlohmann::json::array({fault}));
    const auto repository = api_.GetRepository(kAda, kRocket);
    EXPECT_TRUE(repository.ok()) << fault << ": " << repository.status();
  }
}

TEST_F(ContractTest, AChangeWhoseAnswerIsLostIsMadeOnce) {
  SetFaults(nlohmann::json::array(
      {{{"method", "POST"}, {"path_regex", "/hooks"}, {"drop_connection", "after"}}}));
  const NewHook hook{.url = "http://127.0.0.1:9/1", .secret = "s", .events = {"push"}};
  EXPECT_EQ(api_.CreateHook(kAda, kRocket, hook).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(api_.ListHooks(kAda, kRocket)->size(), 1u);
}

}  // namespace
}  // namespace kozmic::github
