#include "services/build/validate.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

using ::testing::HasSubstr;

v1::CreateBuildRequest Request() {
  v1::CreateBuildRequest request;
  request.set_request_id("a");
  request.set_ref("refs/heads/main");
  request.set_commit(std::string(40, 'a'));
  v1::JobSpec& job = *request.add_jobs();
  job.set_title("Test");
  job.set_image("debian:12");
  job.set_script("#!/bin/sh\n");
  return request;
}

absl::Status WithTrackedFile(const std::string& path) {
  auto request = Request();
  request.mutable_jobs(0)->add_tracked_files(path);
  return Validate(request);
}

absl::Status WithServices(const std::vector<v1::Service>& services) {
  auto request = Request();
  for (const v1::Service& service : services) *request.mutable_jobs(0)->add_services() = service;
  return Validate(request);
}

v1::Service Service(const std::string& name, const std::string& image = "redis") {
  v1::Service service;
  service.set_name(name);
  service.set_image(image);
  return service;
}

// P18
TEST(ValidateTest, ServicesAreAFewWithHostNames) {
  EXPECT_TRUE(WithServices({Service("db"), Service("cache-2")}).ok());
  for (const std::string& name : std::vector<std::string>{
           "", "DB", "2db", "db-", "d.b", "d b", "localhost", "kozmic", std::string(64, 'a')}) {
    EXPECT_THAT(std::string(WithServices({Service(name)}).message()),
                HasSubstr("jobs.services.name"))
        << name;
  }
  EXPECT_FALSE(WithServices({Service("db"), Service("db")}).ok());
  EXPECT_FALSE(WithServices({Service("db", "")}).ok());
  EXPECT_TRUE(
      WithServices({Service("a"), Service("b"), Service("c"), Service("d"), Service("e")}).ok());
  EXPECT_FALSE(WithServices({Service("a"), Service("b"), Service("c"), Service("d"), Service("e"),
                             Service("f")})
                   .ok());
  v1::Service service = Service("db");
  (*service.mutable_environment())["discovery.type"] = "single-node";
  EXPECT_TRUE(WithServices({service}).ok());
  (*service.mutable_environment())["A=B"] = "";
  EXPECT_FALSE(WithServices({service}).ok());
  service.clear_environment();
  (*service.mutable_environment())["A"] = std::string(16 << 10, 'x');
  EXPECT_FALSE(WithServices({service}).ok());
  (*service.mutable_environment())["A"] = std::string("a\0b", 3);
  EXPECT_FALSE(WithServices({service}).ok());
}

TEST(ValidateTest, AnInstallScriptMayBeAbsentOrUpToAMegabyte) {
  auto request = Request();
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_jobs(0)->set_install_script(std::string(1 << 20, 'x'));
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_jobs(0)->set_install_script(std::string((1 << 20) + 1, 'x'));
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("jobs.install_script"));
  request.mutable_jobs(0)->set_install_script(std::string("nul\0byte", 8));
  EXPECT_EQ(Validate(request).code(), absl::StatusCode::kInvalidArgument);
}

// Bad input 70
TEST(ValidateTest, TrackedFilesLieInTheRepository) {
  for (const char* path : {".", "Makefile", "a/b/c.txt", ".gitignore", "..a", "a b", "ü"}) {
    EXPECT_TRUE(WithTrackedFile(path).ok()) << path;
  }
  for (const char* path : {"", "/", "/etc/passwd", "..", "../a", "a/../b", "a/..", "./a", "a/.",
                           "a//b", "a/", ".git", ".git/config", ".GIT/hooks"}) {
    EXPECT_EQ(WithTrackedFile(path).code(), absl::StatusCode::kInvalidArgument) << path;
  }
  EXPECT_TRUE(WithTrackedFile(std::string(1000, 'a')).ok());
  EXPECT_FALSE(WithTrackedFile(std::string(1001, 'a')).ok());
  EXPECT_FALSE(WithTrackedFile(std::string("a\0b", 3)).ok());
}

TEST(ValidateTest, AtMostAHundredFilesAreTracked) {
  auto request = Request();
  for (int i = 0; i < 100; ++i) request.mutable_jobs(0)->add_tracked_files("a");
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_jobs(0)->add_tracked_files("a");
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("101 paths"));
}

}  // namespace
}  // namespace kozmic::build
