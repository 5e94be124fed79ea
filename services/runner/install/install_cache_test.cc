// InstallCache on a real Docker engine.
#include "services/runner/install/install_cache.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"

namespace kozmic::runner {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InstallCacheTest : public DockerTest {
 protected:
  void SetUp() override {
    DockerTest::SetUp();
    if (HasFatalFailure()) return;
    cache_ = std::make_unique<InstallCache>(docker(), clock_, name_, 2);
  }
  ~InstallCacheTest() override {
    for (const std::string& tag : Tags()) docker().RemoveImage(tag, true).IgnoreError();
  }

  InstallCache::Wanted Wanted(const std::string& script, const std::string& only_for = "") const {
    return {.inputs = {.project = name_, .base_image = "b", .script_sha256 = script, .tracked = {}},
            .build = 1,
            .only_for = only_for};
  }
  std::unique_ptr<InstallCache::Turn> Take(const InstallCache::Wanted& wanted) {
    auto turn = cache_->Take(wanted, {}, [](const std::string&) {});
    EXPECT_TRUE(turn.ok()) << turn.status();
    return turn.ok() ? *std::move(turn) : nullptr;
  }
  // As when an install script has succeeded.
  std::unique_ptr<InstallCache::Turn> Make(const InstallCache::Wanted& wanted) {
    clock_.Advance(absl::Seconds(1));
    std::unique_ptr<InstallCache::Turn> turn = Take(wanted);
    EXPECT_EQ(turn->image(), "");
    const auto container = docker().CreateContainer(Container(std::string(kSmallImage)), "");
    EXPECT_TRUE(container.ok()) << container.status();
    const absl::Status kept = cache_->Keep(wanted, *container, *turn, {});
    EXPECT_TRUE(kept.ok()) << kept;
    EXPECT_TRUE(docker().RemoveContainer(*container).ok());
    EXPECT_NE(turn->image(), "");
    return turn;
  }
  docker::ContainerSpec Container(const std::string& image) const {
    docker::ContainerSpec spec;
    spec.image = image;
    spec.entrypoint = {"/bin/true"};
    spec.labels = {{label_key(), label_value()}};
    return spec;
  }
  bool IsHere(const InstallCache::Wanted& wanted) { return !Take(wanted)->image().empty(); }
  std::vector<std::string> Tags() {
    std::vector<std::string> tags;
    const auto images = docker().ListImages("kozmic.cache=" + name_);
    EXPECT_TRUE(images.ok()) << images.status();
    for (const auto& image : *images) tags.insert(tags.end(), image.tags.begin(), image.tags.end());
    return tags;
  }

  // Of the project and the runner: tests share the engine.
  const std::string name_ =
      absl::StrCat("projects/", getpid(), absl::ToUnixMicros(absl::Now()) % 1'000'000'000);
  FakeClock clock_{absl::Now()};
  std::unique_ptr<InstallCache> cache_;
};

TEST_F(InstallCacheTest, K53TheNewestOfAProjectStay) {
  for (const char* script : {"1", "2", "3"}) Make(Wanted(script));
  EXPECT_THAT(Tags(), SizeIs(3));
  // Used since.
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(IsHere(Wanted("1")));
  cache_->Sweep();
  EXPECT_THAT(Tags(), SizeIs(2));
  EXPECT_TRUE(IsHere(Wanted("1")));
  EXPECT_FALSE(IsHere(Wanted("2")));
  EXPECT_TRUE(IsHere(Wanted("3")));
}

TEST_F(InstallCacheTest, K53WhatAJobNeedsStays) {
  const auto oldest = Make(Wanted("1"));
  for (const char* script : {"2", "3"}) Make(Wanted(script));
  const auto container = docker().CreateContainer(Container(Take(Wanted("2"))->image()), "");
  ASSERT_TRUE(container.ok()) << container.status();
  for (const char* script : {"4", "5"}) Make(Wanted(script));
  cache_->Sweep();
  EXPECT_FALSE(IsHere(Wanted("3")));
  EXPECT_THAT(Tags(), SizeIs(4)) << "one has a turn, one a container, two are the newest";
  ASSERT_TRUE(docker().RemoveContainer(*container).ok());
  cache_->Sweep();
  EXPECT_THAT(Tags(), SizeIs(3));
}

TEST_F(InstallCacheTest, I18WhatIsForOneJobGoesWithIt) {
  auto turn = Make(Wanted("1", "1-1-1-1.1"));
  cache_->Sweep();
  EXPECT_THAT(Tags(), SizeIs(1));
  EXPECT_FALSE(IsHere(Wanted("1")));
  turn.reset();
  cache_->Sweep();
  EXPECT_THAT(Tags(), IsEmpty());
}

TEST_F(InstallCacheTest, AnotherRunnersAreUsedAndLeft) {
  Make(Wanted("1", "1-1-1-1.1"));
  Make(Wanted("2"));
  InstallCache other(docker(), clock_, "other", 1);
  other.Sweep();
  EXPECT_THAT(Tags(), SizeIs(2));
  EXPECT_NE((*other.Take(Wanted("2"), {}, [](const std::string&) {}))->image(), "");
}

// K13
TEST_F(InstallCacheTest, ADeletedProjectsImagesGoWhoeverMadeThem) {
  const auto pinned = Make(Wanted("1"));
  Make(Wanted("2"));
  InstallCache other(docker(), clock_, "other", 1);
  EXPECT_THAT(other.Projects(), Contains(name_));
  other.RemoveProjects({"projects/0"});
  EXPECT_THAT(Tags(), SizeIs(2));
  cache_->RemoveProjects({name_});
  EXPECT_THAT(Tags(), SizeIs(1)) << "one has a turn";
  other.RemoveProjects({name_});
  EXPECT_THAT(Tags(), IsEmpty());
}

TEST_F(InstallCacheTest, WhatNobodyHasUsedForLongGoesWhoeverMadeIt) {
  Make(Wanted("1"));
  Make(Wanted("2"));
  // A runner of another name, as after it was renamed.
  FakeClock later(absl::Now());
  InstallCache other(docker(), later, "other", 1);
  other.RemoveUnused(absl::Hours(1));
  EXPECT_THAT(Tags(), SizeIs(2));
  later.Advance(absl::Hours(2));
  other.RemoveUnused(absl::Hours(3));
  EXPECT_THAT(Tags(), SizeIs(2));
  other.RemoveUnused(absl::Hours(1));
  EXPECT_THAT(Tags(), IsEmpty());
}

TEST_F(InstallCacheTest, UseIsNotedWhereAllRunnersSeeIt) {
  const auto made = Make(Wanted("1"));
  const auto before = docker().InspectImage(made->image());
  ASSERT_TRUE(before.ok() && before->tag_time > absl::InfinitePast());
  InstallCache other(docker(), clock_, "other", 1);
  const auto used = other.Take(Wanted("1"), {}, [](const std::string&) {});
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ((*used)->maker().build, 1);
  EXPECT_EQ((*used)->maker().runner, name_);
  EXPECT_GT(docker().InspectImage(made->image())->tag_time, before->tag_time);
}

// P52, K53
TEST_F(InstallCacheTest, WhatARunnerBroughtIsKeptByItsOwnLimit) {
  for (const char* script : {"1", "2"}) Make(Wanted(script));
  InstallCache other(docker(), clock_, "other", 1);
  for (const char* script : {"1", "2"}) {
    const std::string id = docker().InspectImage(Take(Wanted(script))->image())->id;
    const auto turn = other.Resume();
    EXPECT_TRUE(absl::IsInvalidArgument(other.Adopt(Wanted("3"), id, *turn)));
    EXPECT_EQ(turn->image(), "");
    EXPECT_EQ(other.Adopt(Wanted(script), id, *turn), absl::OkStatus());
    EXPECT_NE(turn->image(), "");
  }
  const auto again = cache_->Resume();
  EXPECT_EQ(cache_->Adopt(Wanted("3"), "", *again).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Tags(), SizeIs(4));
  other.Sweep();
  EXPECT_THAT(Tags(), SizeIs(2)) << "both names of the older one are gone";
  EXPECT_FALSE(IsHere(Wanted("1")));
}

TEST_F(InstallCacheTest, WhatWasKeptBeforeACrashIsNotMadeAgain) {
  const auto made = Make(Wanted("1"));
  const auto resumed = cache_->Resume();
  EXPECT_TRUE(cache_->Keep(Wanted("1"), "no-such-container", *resumed, {}).ok());
  EXPECT_EQ(resumed->image(), made->image());
}

}  // namespace
}  // namespace kozmic::runner
