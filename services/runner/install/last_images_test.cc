#include "services/runner/install/last_images.h"

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

v1::JobSpec Spec() {
  v1::JobSpec spec;
  spec.set_project("projects/1");
  spec.set_image("debian:12");
  spec.set_install_script("apt-get install make");
  spec.add_tracked_files("Makefile");
  return spec;
}

TEST(LastImagesTest, GuessesTheNewestOfJobsThatAreAlike) {
  LastImages images;
  v1::JobSpec spec = Spec();
  EXPECT_EQ(images.Guess(spec), "");
  images.Note(spec, "sha256:1");
  images.Note(spec, "sha256:2");
  spec.set_commit("another");
  spec.set_script("another");
  EXPECT_EQ(images.Guess(spec), "sha256:2");
}

TEST(LastImagesTest, OthersAreNotGuessed) {
  LastImages images;
  images.Note(Spec(), "sha256:1");
  v1::JobSpec spec = Spec();
  spec.set_project("projects/2");
  EXPECT_EQ(images.Guess(spec), "");
  spec = Spec();
  spec.set_image("debian:13");
  EXPECT_EQ(images.Guess(spec), "");
  spec = Spec();
  spec.set_install_script("true");
  EXPECT_EQ(images.Guess(spec), "");
  spec = Spec();
  spec.add_tracked_files("lib");
  EXPECT_EQ(images.Guess(spec), "");
  spec = Spec();
  spec.set_fork(true);
  EXPECT_EQ(images.Guess(spec), "");
}

TEST(LastImagesTest, IsBounded) {
  LastImages images(2);
  for (const char* project : {"projects/1", "projects/2", "projects/3"}) {
    v1::JobSpec spec = Spec();
    spec.set_project(project);
    images.Note(spec, project);
    EXPECT_EQ(images.Guess(spec), project);
  }
  EXPECT_EQ(images.Guess(Spec()), "");
}

}  // namespace
}  // namespace kozmic::runner
