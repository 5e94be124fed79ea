#include "services/runner/fetch/submodule_list.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// As `git config --list -z` says it.
std::string Entry(const std::string& name, const std::string& variable, const std::string& value) {
  return absl::StrCat("submodule.", name, ".", variable, "\n", value) + std::string(1, '\0');
}
std::string Module(const std::string& name, const std::string& path,
                   const std::string& url = "../lib") {
  return Entry(name, "path", path) + Entry(name, "url", url);
}

TEST(ReadSubmodulesTest, TakesPathAndUrlAndNothingElse) {
  const auto submodules = ReadSubmodules(
      Entry("lib", "path", "libs/lib/") + Entry("lib", "url", "first") +
      Entry("lib", "update", "!evil") + Entry("a.b \"c\"/d", "url", "../other") +
      Entry("a.b \"c\"/d", "path", "deep/er") + Entry("lib", "url", "last") +
      std::string("core.sshcommand\nevil\0submodule.fetchjobs\n9\0submodule.\n\0flag\0", 63));
  ASSERT_TRUE(submodules.ok()) << submodules.status();
  ASSERT_THAT(*submodules, SizeIs(2));
  EXPECT_EQ((*submodules)[0].name, "a.b \"c\"/d");
  EXPECT_EQ((*submodules)[0].path, "deep/er");
  EXPECT_EQ((*submodules)[1].path, "libs/lib");
  EXPECT_EQ((*submodules)[1].url, "last");
  EXPECT_THAT(*ReadSubmodules(""), IsEmpty());
}

TEST(ReadSubmodulesTest, HostilePathsAreRefused) {
  for (const std::string path :
       {"..", "../x", "a/../../x", "/etc", "/", "a//b", "./a", "a/.", ".git", ".git/hooks",
        "a/.GIT/modules", "-x", "--upload-pack=x", "a\nb", "a\x1b", "a\x7f"}) {
    const auto submodules = ReadSubmodules(Module("bad", path));
    EXPECT_TRUE(absl::IsFailedPrecondition(submodules.status())) << path;
    EXPECT_THAT(std::string(submodules.status().message()), HasSubstr("The submodule \"bad\" "));
    for (const char c : submodules.status().message()) EXPECT_GE(static_cast<unsigned char>(c), 32);
  }
  EXPECT_FALSE(ReadSubmodules(Module("long", std::string(1001, 'a'))).ok());
}

TEST(ReadSubmodulesTest, TwoInOnePlaceAreRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(
      ReadSubmodules(Module("one", "libs/x") + Module("two", "libs/x")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      ReadSubmodules(Module("one", "libs/x") + Module("two", "libs/x/")).status()));
}

TEST(ReadSubmodulesTest, NamesAreOnlyNames) {
  // Each of them would be a folder of git's own, or in one, if names were paths.
  const auto submodules = ReadSubmodules(Module("../../hooks", "a") + Module("a", "b") +
                                         Module("a/hooks", "c") + Module("A", "d"));
  ASSERT_TRUE(submodules.ok()) << submodules.status();
  EXPECT_THAT(*submodules, SizeIs(4));
}

TEST(ReadSubmodulesTest, WhatIsMissingIsSaid) {
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadSubmodules(Entry("a", "path", "x")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadSubmodules(Entry("a", "url", "x")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadSubmodules(Module("a", "x", "a\nb")).status()));
}

const SubmoduleSite kSite = SiteOf("ssh://git@github.com/acme/app.git", {});

TEST(ResolveSubmoduleTest, UnderstandsTheWaysToWriteIt) {
  for (const std::string url :
       {"https://github.com/acme/lib.git", "https://github.com/acme/lib",
        "http://github.com/acme/lib/", "https://GitHub.com/acme/lib",
        "https://token@github.com/acme/lib", "ssh://git@github.com/acme/lib.git",
        "ssh://git@ssh.github.com:443/acme/lib.git", "git@github.com:acme/lib.git",
        "github.com:acme/lib", "../lib.git", "../lib", "./../lib", "../../acme/lib"}) {
    const auto repository = ResolveSubmodule(url, "acme/app", kSite);
    ASSERT_TRUE(repository.ok()) << url << ": " << repository.status();
    EXPECT_EQ(*repository, "acme/lib") << url;
  }
  // Relative to the one that has it.
  EXPECT_EQ(*ResolveSubmodule("../more", "other/lib", kSite), "other/more");
}

TEST(ResolveSubmoduleTest, OnlyRepositoriesOfTheSameHost) {
  for (const std::string url : {"https://evil.test/acme/lib",
                                "https://github.com.evil.test/acme/lib",
                                "https://github.com@evil.test/acme/lib",
                                "https://github.com:pw@evil.test/acme/lib",
                                "git@evil.test:acme/lib",
                                "ssh://git@evil.test/acme/lib",
                                "ssh://-oProxyCommand=x/acme/lib",
                                "git://github.com/acme/lib",
                                "file:///etc/passwd",
                                "/etc/passwd",
                                "acme/lib",
                                "lib",
                                "ext::sh -c id",
                                "fd::17",
                                "-u./payload",
                                "--upload-pack=touch x",
                                "-oProxyCommand=x:acme/lib",
                                "../../../x",
                                "..",
                                "../../",
                                "../../..",
                                "https://github.com",
                                "https://github.com/",
                                "https://github.com/acme/../../x",
                                "https://github.com/acme/li b",
                                "https://github.com/acme/lib?x=y",
                                "https://github.com//",
                                "https://github.com/-x/lib",
                                "http://169.254.169.254/latest",
                                "https://[::1]/acme/lib",
                                "::",
                                ":",
                                "@",
                                "https://",
                                "."}) {
    const auto repository = ResolveSubmodule(url, "acme/app", kSite);
    EXPECT_TRUE(absl::IsFailedPrecondition(repository.status()))
        << url << ": " << repository.value_or("");
  }
}

TEST(SiteOfTest, IsWhereTheHostIsReachedByHttps) {
  EXPECT_EQ(kSite.web, "https://github.com");
  EXPECT_EQ(SiteOf("ssh://git@ssh.github.com:443/a/b.git", {}).web, "https://github.com");
  EXPECT_EQ(SiteOf("https://github.com/a/b.git", {}).web, "https://github.com");
  EXPECT_EQ(SiteOf("https://x:y@github.test:8443/a/b.git", {}).web, "https://github.test:8443");
  EXPECT_EQ(SiteOf("http://127.0.0.1:80/a/b", {}).web, "http://127.0.0.1:80");
  EXPECT_EQ(SiteOf("ssh://git@127.0.0.1:22/a/b",
                   {"https://other.test/", "ssh://git@127.0.0.1:22/", "http://127.0.0.1:8080/"})
                .web,
            "http://127.0.0.1:8080");
  EXPECT_EQ(RepositoryOf("ssh://git@github.com/acme/app.git"), "acme/app");
  EXPECT_EQ(RepositoryOf("nonsense"), "");
}

}  // namespace
}  // namespace kozmic::runner
