// P20: whose credentials brought which images, as a real Docker engine keeps it.

#include "services/runner/images/pulled_images.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"

namespace kozmic::runner {
namespace {

class PulledImagesTest : public DockerTest {
 protected:
  void SetUp() override {
    DockerTest::SetUp();
    if (HasFatalFailure()) return;
    // An id of its own.
    const absl::Status made =
        ImportImage(kRepository, tag_, SmallImage().File("etc/test", tag_).Bytes());
    ASSERT_TRUE(made.ok()) << made;
    id_ = docker().InspectImage(Name())->id;
  }
  ~PulledImagesTest() override {
    docker().RemoveImage(Name(), true).IgnoreError();
    PulledImages(docker()).Sweep();
  }

  std::string Name() const { return absl::StrCat(kRepository, ":", tag_); }
  size_t Notes() {
    const auto notes = docker().ListImages(absl::StrCat("kozmic.pulled=", id_));
    EXPECT_TRUE(notes.ok()) << notes.status();
    return notes.ok() ? notes->size() : 0;
  }

  static constexpr char kRepository[] = "kozmic-test/pulled";
  const std::string tag_ = absl::StrCat(absl::ToUnixMicros(absl::Now()));
  std::string id_;
};

TEST_F(PulledImagesTest, WhatNobodysCredentialsBroughtIsAnybodys) {
  PulledImages images(docker());
  EXPECT_EQ(*images.MayUse(id_, PulledImages::kAnybody), true);
  EXPECT_EQ(*images.MayUse(id_, "projects/1 ann@r.example"), true);
  EXPECT_EQ(Notes(), 0u);
}

TEST_F(PulledImagesTest, OnlyWhoseCredentialsBroughtItMayHaveIt) {
  {
    PulledImages images(docker());
    ASSERT_TRUE(images.Note(id_, "projects/1 ann@r.example").ok());
    ASSERT_TRUE(images.Note(id_, "projects/1 ann@r.example").ok()) << "again";
    ASSERT_TRUE(images.Note(id_, "projects/3 \"eve\"\n\\@r.example").ok());
  }
  // Another process, or another runner of the engine.
  PulledImages images(docker());
  EXPECT_EQ(*images.MayUse(id_, "projects/1 ann@r.example"), true);
  EXPECT_EQ(*images.MayUse(id_, "projects/3 \"eve\"\n\\@r.example"), true);
  EXPECT_EQ(*images.MayUse(id_, "projects/1 bob@r.example"), false);
  EXPECT_EQ(*images.MayUse(id_, "projects/2 ann@r.example"), false);
  EXPECT_EQ(*images.MayUse(id_, PulledImages::kAnybody), false);
  EXPECT_EQ(Notes(), 2u);
}

TEST_F(PulledImagesTest, APullWithoutCredentialsMakesItAnybodys) {
  PulledImages images(docker());
  ASSERT_TRUE(images.Note(id_, "projects/1 ann@r.example").ok());
  ASSERT_TRUE(images.Note(id_, PulledImages::kAnybody).ok());
  EXPECT_EQ(*images.MayUse(id_, "projects/2 bob@r.example"), true);
  EXPECT_EQ(*images.MayUse(id_, PulledImages::kAnybody), true);
  images.Sweep();
  PulledImages others(docker());
  EXPECT_EQ(*others.MayUse(id_, PulledImages::kAnybody), true) << "it is kept";
}

TEST_F(PulledImagesTest, NobodyElseNamesANote) {
  const auto reserved = [](const std::string& name) {
    return PulledImages::IsReserved(*docker::ParseImageReference(name));
  };
  EXPECT_TRUE(reserved("kozmic-pulled/a:1"));
  EXPECT_TRUE(reserved("index.docker.io/kozmic-pulled/a"));
  EXPECT_FALSE(reserved("kozmic/ubuntu-base:12.04"));
}

TEST_F(PulledImagesTest, NotesGoWithTheirImage) {
  PulledImages images(docker());
  ASSERT_TRUE(images.Note(id_, "projects/1 ann@r.example").ok());
  images.Sweep();
  EXPECT_EQ(Notes(), 1u);
  ASSERT_TRUE(docker().RemoveImage(Name(), true).ok());
  images.Sweep();
  EXPECT_EQ(Notes(), 0u);
}

}  // namespace
}  // namespace kozmic::runner
