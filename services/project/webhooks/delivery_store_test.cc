// What every DeliveryStore must keep, on a real PostgreSQL.

#include "services/project/webhooks/delivery_store.h"

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/postgres.h"
#include "services/project/hooks/postgres_hook_store.h"
#include "services/project/projects/postgres_project_store.h"
#include "services/project/webhooks/delivery_gauges.h"
#include "services/project/webhooks/postgres_delivery_store.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kClaim = absl::Hours(1);

using ::testing::ElementsAre;

MATCHER(IsTrue, "") { return arg.ok() && *arg; }
MATCHER(IsFalse, "") { return arg.ok() && !*arg; }

class DeliveryStoreTest : public ::testing::Test {
 protected:
  DeliveryStoreTest() {
    PostgresProjectStore projects(pool_);
    project_ = projects
                   .AddProject({.repository_id = 9,
                                .repository = "ann/app",
                                .url = "http://g/ann/app",
                                .default_branch = "main"},
                               1)
                   ->project_id;
    EXPECT_TRUE(projects.FinishProject(project_, {}, absl::Hours(1)).ok());
    for (int64_t* hook : {&hook_, &other_hook_}) {
      *hook = *hooks_.NextHookId();
      EXPECT_TRUE(
          hooks_.AddHook({.hook_id = *hook, .project_id = project_}, "sealed", {}, false).ok());
    }
  }

  bool Add(int64_t hook, const std::string& guid, const std::string& body,
           DeliveryState state = DeliveryState::kWaiting) {
    const auto added = store_.AddDelivery(
        {.hook_id = hook, .guid = guid, .event = "push", .body = body, .state = state});
    EXPECT_TRUE(added.ok()) << added.status();
    return *added;
  }

  // One that builds nothing of `ref` but the body.
  void AddPush(int64_t hook, const std::string& ref, const std::string& body) {
    EXPECT_TRUE(*store_.AddDelivery({.hook_id = hook,
                                     .guid = body,
                                     .event = "push",
                                     .body = body,
                                     .ref = ref,
                                     .commit = std::string(40, 'a')}));
  }

  absl::StatusOr<std::optional<WaitingDelivery>> Claim(absl::Duration claim) {
    auto claimed = store_.ClaimDeliveries(1, claim);
    if (!claimed.ok()) return claimed.status();
    if (claimed->empty()) return std::nullopt;
    return claimed->front();
  }
  // Their bodies.
  std::vector<std::string> ClaimAll(int limit = 100) {
    std::vector<std::string> bodies;
    const auto claimed = store_.ClaimDeliveries(limit, kClaim);
    EXPECT_TRUE(claimed.ok()) << claimed.status();
    for (const WaitingDelivery& delivery : *claimed) {
      bodies.push_back(delivery.body);
    }
    return bodies;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 8}};
  PostgresDeliveryStore store_{pool_};
  PostgresHookStore hooks_{pool_};
  int64_t project_ = 0;
  int64_t hook_ = 0;
  int64_t other_hook_ = 0;
};

TEST_F(DeliveryStoreTest, KnowsWhatAHookIsSignedWith) {
  const auto key = store_.GetHookKey(hook_);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->project_id, project_);
  EXPECT_EQ(key->repository_id, 9);
  EXPECT_EQ(key->sealed_secret, "sealed");
  EXPECT_EQ(key->github_hook_id, std::nullopt);
  EXPECT_TRUE(hooks_.ActivateHook(hook_, 77).ok());
  EXPECT_EQ(store_.GetHookKey(hook_)->github_hook_id, 77);
  EXPECT_EQ(store_.GetHookKey(404).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(DeliveryStoreTest, TakesEachGuidAndEachBodyOncePerHook) {
  EXPECT_TRUE(Add(hook_, "g1", "one"));
  EXPECT_FALSE(Add(hook_, "g1", "one"));
  EXPECT_FALSE(Add(hook_, "g1", "another body"));
  EXPECT_FALSE(Add(hook_, "g2", "one"));
  EXPECT_TRUE(Add(hook_, "g2", "two"));
  EXPECT_TRUE(Add(other_hook_, "g1", "one"));
}

TEST_F(DeliveryStoreTest, TakesManyTogetherOfWhichNoneHarmsAnother) {
  EXPECT_TRUE(Add(hook_, "known", "known"));
  const auto one = [](int64_t hook, absl::string_view text) {
    return NewDelivery{.hook_id = hook, .guid = std::string(text), .event = "push", .body = text};
  };
  std::vector<NewDelivery> deliveries = {one(hook_, "a"), one(hook_, "known"), one(hook_, "a"),
                                         one(other_hook_, "a"), one(hook_, "b")};
  EXPECT_THAT(store_.AddDeliveries(deliveries),
              ElementsAre(IsTrue(), IsFalse(), IsFalse(), IsTrue(), IsTrue()));
  // Of a hook that is gone meanwhile.
  deliveries = {one(hook_, "c"), one(404, "c"), one(hook_, "d")};
  const auto added = store_.AddDeliveries(deliveries);
  EXPECT_TRUE(*added[0]);
  EXPECT_EQ(added[1].status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(*added[2]);
  EXPECT_THAT(ClaimAll(), ElementsAre("known", "a", "a", "b", "c", "d"));
  const auto keys = store_.GetHookKeys({404, hook_, hook_});
  EXPECT_EQ(keys[0].status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(keys[1]->project_id, project_);
  EXPECT_EQ(keys[2]->project_id, project_);
}

TEST_F(DeliveryStoreTest, OneOfManyAtOnceIsTaken) {
  std::atomic<int> added{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { added += Add(hook_, "g", "body"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(added, 1);
}

TEST_F(DeliveryStoreTest, AHookThatIsGoneTakesNothing) {
  EXPECT_EQ(store_.AddDelivery({.hook_id = 404, .guid = "g"}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(DeliveryStoreTest, HandsOutWhatWaitsOldestFirst) {
  std::string body = "all bytes: ";
  for (int i = 0; i < 256; ++i) body.push_back(static_cast<char>(i));
  EXPECT_TRUE(Add(hook_, "g1", body));
  EXPECT_TRUE(Add(hook_, "g2", "ignored", DeliveryState::kIgnored));
  EXPECT_TRUE(Add(hook_, "g3", "three"));
  const auto first = Claim(kClaim);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->body, body);
  EXPECT_EQ((*first)->event, "push");
  EXPECT_EQ((*first)->project_id, project_);
  EXPECT_EQ((*first)->repository, "ann/app");
  EXPECT_EQ((*first)->project_url, "http://g/ann/app");
  EXPECT_EQ((*first)->attempts, 1);
  EXPECT_EQ((*Claim(kClaim))->body, "three");
  EXPECT_FALSE(Claim(kClaim)->has_value()) << "claimed or ignored";
}

TEST_F(DeliveryStoreTest, AClaimEndsByItself) {
  EXPECT_TRUE(Add(hook_, "g1", "one"));
  ASSERT_TRUE((*Claim(absl::ZeroDuration())).has_value());
  EXPECT_EQ((*Claim(kClaim))->attempts, 2);
}

TEST_F(DeliveryStoreTest, WhatIsPutOffIsDueLater) {
  EXPECT_FALSE(store_.TimeToNextDelivery()->has_value());
  EXPECT_TRUE(Add(hook_, "g1", "one"));
  const int64_t id = (*Claim(kClaim))->delivery_id;
  EXPECT_TRUE(store_.RetryDeliveries({{id, absl::Hours(1), "away"}}).ok());
  EXPECT_GT(**store_.TimeToNextDelivery(), absl::Minutes(55));
  EXPECT_FALSE(Claim(kClaim)->has_value());
  EXPECT_TRUE(store_.RetryDeliveries({{id, absl::ZeroDuration(), "away"}}).ok());
  EXPECT_TRUE((*Claim(kClaim)).has_value());
}

TEST_F(DeliveryStoreTest, WhatIsSettledStaysSo) {
  EXPECT_TRUE(Add(hook_, "g1", "one"));
  const int64_t id = (*Claim(absl::ZeroDuration()))->delivery_id;
  EXPECT_TRUE(store_.SettleDeliveries({{id, DeliveryState::kBuilt, "", {7, 8}}}).ok());
  EXPECT_TRUE(store_.SettleDeliveries({{id, DeliveryState::kFailed, "late", {}}}).ok());
  EXPECT_TRUE(store_.RetryDeliveries({{id, absl::ZeroDuration(), "late"}}).ok());
  EXPECT_FALSE(Claim(kClaim)->has_value());
}

TEST_F(DeliveryStoreTest, NoTwoGetTheSameDelivery) {
  constexpr int kDeliveries = 60;
  for (int i = 0; i < kDeliveries; ++i) Add(hook_, std::to_string(i), std::to_string(i));
  absl::Mutex mutex;
  std::multiset<int64_t> claimed;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      while (true) {
        const auto delivery = Claim(kClaim);
        ASSERT_TRUE(delivery.ok()) << delivery.status();
        if (!delivery->has_value()) return;
        absl::MutexLock lock(&mutex);
        claimed.insert((*delivery)->delivery_id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claimed.size(), kDeliveries);
  EXPECT_EQ(std::set<int64_t>(claimed.begin(), claimed.end()).size(), kDeliveries);
}

TEST_F(DeliveryStoreTest, YoungerOnesOfARefWaitForWhoeverHasTheFirst) {
  AddPush(hook_, "refs/heads/main", "1");
  AddPush(other_hook_, "refs/heads/main", "2");
  AddPush(hook_, "refs/heads/other", "3");
  AddPush(hook_, "refs/heads/main", "4");
  const auto first = Claim(kClaim);
  EXPECT_EQ((*first)->body, "1");
  EXPECT_EQ((*first)->ref, "refs/heads/main");
  EXPECT_THAT(ClaimAll(), ElementsAre("3")) << "of another ref";
  EXPECT_TRUE(
      store_.SettleDeliveries({{(*first)->delivery_id, DeliveryState::kBuilt, "", {1}}}).ok());
  EXPECT_THAT(ClaimAll(), ElementsAre("2", "4")) << "in order, by one";
}

// A project's largest deliveries have 25 MB each.
TEST_F(DeliveryStoreTest, LargeBodiesAreNotHeldInMemoryAllAtOnce) {
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    EXPECT_TRUE(Add(hook_, std::string(1, letter), std::string(9 << 20, letter)));
  }
  EXPECT_EQ(ClaimAll().size(), 2U);
  EXPECT_EQ(ClaimAll().size(), 2U);
  EXPECT_EQ(ClaimAll().size(), 0U);
}

TEST_F(DeliveryStoreTest, WhatIsPutOffHoldsUpNoOther) {
  AddPush(hook_, "refs/heads/main", "1");
  AddPush(hook_, "refs/heads/main", "2");
  const auto first = Claim(kClaim);
  EXPECT_TRUE(store_.RetryDeliveries({{(*first)->delivery_id, absl::Hours(1), "Not yet."}}).ok());
  EXPECT_THAT(ClaimAll(), ElementsAre("2"));
}

TEST_F(DeliveryStoreTest, WhatWasTakenSurvivesACrashOfTheDatabase) {
  TestPostgres server;
  PostgresPool pool({.url = server.CreateDatabase("project"), .size = 2});
  PostgresProjectStore projects(pool);
  PostgresDeliveryStore store(pool);
  PostgresHookStore hooks(pool);
  const int64_t project = projects.AddProject({.repository_id = 9}, 1)->project_id;
  ASSERT_TRUE(projects.FinishProject(project, {}, absl::Hours(1)).ok());
  const int64_t hook = *hooks.NextHookId();
  ASSERT_TRUE(hooks.AddHook({.hook_id = hook, .project_id = project}, "s", {}, false).ok());
  ASSERT_TRUE(*store.AddDelivery({.hook_id = hook, .guid = "g", .event = "push", .body = "b"}));
  server.Crash();
  EXPECT_EQ(store.AddDelivery({.hook_id = hook, .guid = "h", .body = "c"}).status().code(),
            absl::StatusCode::kUnavailable);
  server.Start();
  EXPECT_EQ(store.ClaimDeliveries(1, kClaim)->at(0).body, "b");
}

TEST_F(DeliveryStoreTest, N6TellsWhatBecameOfEach) {
  ASSERT_TRUE(hooks_.ActivateHook(hook_, 77).ok());
  ASSERT_TRUE(store_
                  .AddDelivery({.hook_id = hook_,
                                .guid = "g1",
                                .event = "push",
                                .action = "opened",
                                .body = std::string("a\0b", 3),
                                .ref = "refs/heads/main",
                                .commit = std::string(40, 'a')})
                  .ok());
  EXPECT_TRUE(Add(other_hook_, "g2", "two", DeliveryState::kIgnored));
  EXPECT_TRUE(Add(hook_, "g3", "three"));
  // Three times in all: with its own id, and with another.
  EXPECT_FALSE(Add(hook_, "g3", "three"));
  EXPECT_FALSE(Add(hook_, "g4", "three"));
  const auto all = store_.ListDeliveries(project_, INT64_MAX, 10, std::nullopt);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].guid, "g3");
  EXPECT_EQ((*all)[0].receipts, 3);
  EXPECT_EQ((*all)[1].guid, "g2");
  EXPECT_EQ((*all)[1].hook_id, other_hook_);
  const int64_t oldest = (*all)[2].delivery_id;
  EXPECT_TRUE(store_.SettleDeliveries({{oldest, DeliveryState::kBuilt, "", {7, 8}}}).ok());

  const auto kept = store_.GetDelivery(project_, oldest);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->event, "push");
  EXPECT_EQ(kept->action, "opened");
  EXPECT_EQ(kept->ref, "refs/heads/main");
  EXPECT_EQ(kept->commit, std::string(40, 'a'));
  EXPECT_EQ(kept->state, DeliveryState::kBuilt);
  EXPECT_EQ(kept->builds, (std::vector<int64_t>{7, 8}));
  EXPECT_EQ(kept->receipts, 1);
  EXPECT_EQ(kept->body, std::string("a\0b", 3));
  EXPECT_EQ(kept->body_size, 3);
  EXPECT_GT(kept->receive_time, absl::Now() - absl::Minutes(5));
  EXPECT_EQ(store_.GetDelivery(project_ + 1, oldest).status().code(), absl::StatusCode::kNotFound);

  const auto guids = [&](int64_t before, int limit, std::optional<DeliveryState> state) {
    std::string text;
    const auto page = store_.ListDeliveries(project_, before, limit, state);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const DeliveryRecord& one : *page) text += one.guid + " ";
    return text;
  };
  EXPECT_EQ(guids((*all)[0].delivery_id, 10, std::nullopt), "g2 g1 ");
  EXPECT_EQ(guids(INT64_MAX, 2, std::nullopt), "g3 g2 ");
  EXPECT_EQ(guids(INT64_MAX, 10, DeliveryState::kIgnored), "g2 ");
  EXPECT_EQ(guids(INT64_MAX, 10, DeliveryState::kFailed), "");
  // What was delivered stays when its hook goes.
  EXPECT_TRUE(hooks_.RemoveHook(hook_, nullptr).ok());
  EXPECT_EQ(guids(INT64_MAX, 10, std::nullopt), "g3 g2 g1 ");
  EXPECT_TRUE(store_.ListDeliveries(project_ + 1, INT64_MAX, 10, std::nullopt)->empty());
}

TEST_F(DeliveryStoreTest, I18KnowsCommitsThatWereAForksOnly) {
  int count = 0;
  const auto add = [&](const std::string& ref, char commit) {
    const std::string guid = absl::StrCat("g", ++count);
    EXPECT_TRUE(*store_.AddDelivery({.hook_id = count % 2 == 0 ? hook_ : other_hook_,
                                     .guid = guid,
                                     .event = "push",
                                     .body = guid,
                                     .ref = ref,
                                     .commit = std::string(40, commit)}));
  };
  add("refs/pull/3/head", 'a');
  add("refs/pull/3/head", 'b');
  add("refs/heads/main", 'b');
  add("refs/heads/main", 'c');
  EXPECT_TRUE(*store_.IsForksCommit(project_, std::string(40, 'a')));
  EXPECT_FALSE(*store_.IsForksCommit(project_, std::string(40, 'b')));
  EXPECT_FALSE(*store_.IsForksCommit(project_, std::string(40, 'c')));
  EXPECT_FALSE(*store_.IsForksCommit(project_, std::string(40, 'd')));
  EXPECT_FALSE(*store_.IsForksCommit(project_ + 1, std::string(40, 'a')));
}

TEST_F(DeliveryStoreTest, WhatWaitsIsToldToPrometheus) {
  const auto gauges = NewDeliveryGauges(pool_);
  EXPECT_THAT(MetricsText(), testing::HasSubstr("kozmic_webhooks_waiting 0\n"));
  Add(hook_, "a", "{}");
  Add(hook_, "b", "[]");
  Add(hook_, "c", "{}", DeliveryState::kIgnored);
  ASSERT_TRUE(pool_
                  .Transact([](pqxx::work& tx) {
                    tx.exec0("UPDATE deliveries SET next_try = now() - interval '70 seconds'");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(MetricsText(),
              testing::AllOf(testing::HasSubstr("kozmic_webhooks_waiting 2\n"),
                             testing::HasSubstr("kozmic_webhooks_overdue_seconds 7")));
}

}  // namespace
}  // namespace kozmic::project
