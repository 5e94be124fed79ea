// Submodules by git, from repositories over HTTP and SSH. Bad input 80.

#include "services/runner/fetch/submodule_fetcher.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/fetch/git_user.h"
#include "services/runner/testing/git_server.h"
#include "services/runner/testing/ssh_server.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Files = std::map<std::string, std::string>;

class SubmoduleFetcherTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-submodules-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    fs::permissions(folder_, fs::perms::others_exec, fs::perm_options::add);
    auto user = GitUser::Find("nobody");
    ASSERT_TRUE(user.ok()) << user.status();
    auto server = GitServer::Start();
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    web_ = server_->url().substr(0, server_->url().rfind('/'));
    served_ = fs::path(server_->path()).parent_path();
    git_ = std::make_unique<GitFetcher>(
        GitFetcher::Options{.cache_folder = folder_ + "/cache", .user = *user});
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string Git(const std::string& folder, const std::vector<std::string>& arguments) {
    return GitServer::Git(folder, arguments);
  }
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string Module(const std::string& name, const std::string& path,
                            const std::string& url) {
    return absl::StrCat("[submodule \"", name, "\"]\n\tpath = ", path, "\n\turl = ", url, "\n");
  }
  // Commits to a repository of the server ("acme/app"), with what is at which commit as submodules.
  std::string Commit(const std::string& repository, const Files& files,
                     const std::map<std::string, std::string>& gitlinks = {}) {
    const std::string bare = absl::StrCat(served_, "/", repository, ".git");
    const std::string work = absl::StrCat(folder_, "/work/", repository);
    if (!fs::exists(bare)) {
      fs::create_directories(bare);
      Git(bare, {"init", "-q", "--bare", "-b", "main"});
      fs::create_directories(work);
      Git(work, {"init", "-q", "-b", "main"});
    }
    for (const auto& [name, content] : files) {
      fs::create_directories(fs::path(work + "/" + name).parent_path());
      std::ofstream(work + "/" + name, std::ios::binary) << content;
    }
    for (const auto& [path, commit] : gitlinks) fs::create_directories(work + "/" + path);
    Git(work, {"add", "-A"});
    for (const auto& [path, commit] : gitlinks) {
      Git(work, {"update-index", "--add", "--cacheinfo", "160000," + commit + "," + path});
    }
    Git(work, {"commit", "-q", "--allow-empty", "-m", "change"});
    Git(work, {"push", "-q", "-f", bare, "HEAD:refs/heads/main"});
    return Git(work, {"rev-parse", "HEAD"});
  }
  CheckoutRequest Request(const std::string& commit, const std::string& repository = "acme/app") {
    CheckoutRequest request;
    request.project = "projects/1";
    request.clone_url = absl::StrCat(web_, "/", repository, ".git");
    request.commit = commit;
    request.ref = "refs/heads/main";
    request.target = absl::StrCat(folder_, "/src", ++clones_);
    fs::create_directory(request.target);
    return request;
  }
  absl::Status Fetch(const CheckoutRequest& request, const SubmoduleFetcher::Options& options = {},
                     const std::stop_token& stop = {}) {
    const absl::Status main = git_->Checkout(request, {});
    EXPECT_TRUE(main.ok()) << main;
    return SubmoduleFetcher(*git_, options).Fetch(request, stop, [this](absl::string_view line) {
      said_.emplace_back(line);
    });
  }
  // Of a repository with one submodule, of that URL.
  absl::Status FetchUrl(const std::string& url) {
    return Fetch(Request(Commit("acme/app", {{".gitmodules", Module("m", "libs/m", url)}},
                                {{"libs/m", std::string(40, 'a')}})));
  }

  std::string folder_;
  std::string web_;
  std::string served_;
  std::unique_ptr<GitServer> server_;
  std::unique_ptr<GitFetcher> git_;
  std::vector<std::string> said_;
  int clones_ = 0;
};

TEST_F(SubmoduleFetcherTest, AreFetchedInTheirPlacesAndInEachOther) {
  const std::string deep = Commit("other/deep", {{"d", "deep\n"}});
  const std::string lib = Commit(
      "acme/lib", {{"l", "lib\n"}, {".gitmodules", Module("deep", "in/deep", "../../other/deep")}},
      {{"in/deep", deep}});
  Commit("acme/lib", {{"l", "newer\n"}});
  const std::string self = Commit("acme/app", {{"a", "old\n"}});
  const std::string commit =
      Commit("acme/app",
             {{"a", "app\n"},
              {".gitmodules",
               absl::StrCat(Module("lib", "libs/lib", "../lib.git"),
                            Module("a \\\"b\\\" \\\\c", "libs/lib 2", web_ + "/acme/lib"),
                            Module("self", "self", "./"), Module("gone", "gone", "../gone"))}},
             {{"libs/lib", lib}, {"libs/lib 2", lib}, {"self", self}});
  for (int i = 0; i < 2; ++i) {
    const CheckoutRequest request = Request(commit);
    const absl::Status fetched = Fetch(request);
    ASSERT_TRUE(fetched.ok()) << fetched;
    EXPECT_EQ(Text(request.target + "/a"), "app\n");
    EXPECT_EQ(Text(request.target + "/self/a"), "old\n");
    for (const char* path : {"/libs/lib", "/libs/lib 2"}) {
      EXPECT_EQ(Text(request.target + path + "/l"), "lib\n");
      EXPECT_EQ(Text(request.target + path + "/in/deep/d"), "deep\n");
      EXPECT_EQ(Git(request.target + path, {"rev-parse", "HEAD"}), lib);
      EXPECT_EQ(Git(request.target + path, {"status", "--porcelain"}), "");
    }
    EXPECT_EQ(Git(request.target, {"status", "--porcelain", "--ignore-submodules=none"}), "");
    const std::string status = Git(request.target, {"submodule", "status", "--recursive"});
    EXPECT_THAT(status, HasSubstr(deep + " libs/lib/in/deep"));
    EXPECT_FALSE(absl::StrContains(status, "\n-") || absl::StrContains(status, "\n+")) << status;
    EXPECT_THAT(said_, SizeIs(5));
    EXPECT_EQ(said_.at(0),
              absl::StrCat("Fetched the submodule libs/lib 2 at ", lib.substr(0, 7), ".\n"));
    said_.clear();
    // The second time they come from the mirrors.
    fs::remove_all(served_ + "/acme/lib.git");
  }
}

TEST_F(SubmoduleFetcherTest, WithoutGitmodulesThereIsNothingToDo) {
  EXPECT_TRUE(Fetch(Request(Commit("acme/app", {{"a", "1"}}))).ok());
  const CheckoutRequest request =
      Request(Commit("acme/app", {{"a", "2"}}, {{"libs/m", std::string(40, 'a')}}));
  EXPECT_TRUE(Fetch(request).ok()) << "git itself cannot know what it is of";
  EXPECT_TRUE(fs::is_empty(request.target + "/libs/m"));
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(SubmoduleFetcherTest, OnlyThoseOfTheSameHost) {
  for (const std::string url : {"https://evil.test/acme/lib", "git@evil.test:acme/lib"}) {
    const absl::Status status = FetchUrl(url);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(status.message(), absl::StrCat("The submodule libs/m (", url,
                                             "): only submodules at 127.0.0.1 are fetched."));
  }
  for (const std::string url : {"/etc/passwd", "acme/lib"}) {
    const absl::Status status = FetchUrl(url);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("The submodule libs/m (" + url + "): "));
  }
}

// Threat model: what git would take for an option, a command, a folder of its own or a way out. git
// looks for some of that itself, when it fetches the repository; then there is a text too.
TEST_F(SubmoduleFetcherTest, HostileGitmodulesReachNothing) {
  const std::string lib = Commit("acme/lib", {{"l", "lib\n"}});
  const std::string canary = folder_ + "/canary";
  const std::map<std::string, std::string> hostile = {
      {"an option", Module("m", "libs/m", "-u./payload")},
      {"an option of ssh",
       Module("m", "libs/m", "ssh://-oProxyCommand=touch${IFS}" + canary + "/x")},
      {"a command", Module("m", "libs/m", "ext::sh -c touch% " + canary)},
      {"a local path", Module("m", "libs/m", "file://" + served_ + "/acme/lib.git")},
      {"a command to update by",
       Module("m", "libs/m", "../lib") + "\tupdate = !touch " + canary + "\n"},
      {"a path up", Module("m", "../../canary", "../lib")},
      {"an absolute path", Module("m", canary, "../lib")},
      {"git's folder", Module("m", ".git/hooks", "../lib")},
      {"a carriage return", Module("m", "\"libs/m\\r\"", "../lib")},
      {"a name up", Module("../../hooks", "libs/m", "../lib")},
      {"names in each other", Module("m", "libs/m", "../lib") + Module("m/hooks", "x", "../lib")},
      {"two in one place", Module("m", "libs/m", "../lib") + Module("n", "libs/m", "../lib")},
      {"no list", "[submodule \"m\"\n\tpath"},
      {"an include", "[include]\n\tpath = /etc/passwd\n" + Module("m", "libs/m", "../lib")},
      {"very long", Module("m", "libs/m", "../lib") + std::string(100'000, '#')},
      {"very long when read", "[submodule \"" + std::string(900, 'm') + "\"]\n" +
                                  [] {
                                    std::string lines;
                                    for (int i = 0; i < 200; ++i)
                                      absl::StrAppend(&lines, "\tpath = libs/m\n\turl = ../lib\n");
                                    return lines;
                                  }()},
  };
  for (const auto& [what, text] : hostile) {
    SCOPED_TRACE(what);
    const CheckoutRequest request =
        Request(Commit("acme/app", {{".gitmodules", text}}, {{"libs/m", lib}}));
    absl::Status status = git_->Checkout(request, {});
    if (status.ok()) {
      status = SubmoduleFetcher(*git_, {}).Fetch(request, {}, [](absl::string_view) {});
    }
    EXPECT_FALSE(fs::exists(canary));
    EXPECT_FALSE(fs::exists(request.target + "/.git/modules"));
    EXPECT_TRUE(!fs::exists(request.target + "/.git/hooks"));
    const bool harmless = what == "names in each other" || what == "an include";
    if (harmless) {
      EXPECT_EQ(status, absl::OkStatus());
    } else {
      EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr("module"));
    }
    // Refused for good: a mirror that has it must not keep others from being fetched.
    const CheckoutRequest good = Request(
        Commit("acme/app", {{".gitmodules", Module("m", "libs/m", "../lib")}}, {{"libs/m", lib}}));
    if (status.ok()) {
      EXPECT_TRUE(Fetch(good).ok());
    }
    fs::remove_all(served_ + "/acme/app.git");
    fs::remove_all(folder_ + "/work/acme/app");
    git_->ForgetMirror("projects/1");
  }
}

TEST_F(SubmoduleFetcherTest, ALinkInTheWayIsNotFollowed) {
  const std::string lib = Commit("acme/lib", {{"l", "lib\n"}});
  const std::string outside = folder_ + "/outside";
  fs::create_directories(outside + "/m");
  const CheckoutRequest request = Request(
      Commit("acme/app", {{".gitmodules", Module("m", "libs/m", "../lib")}}, {{"libs/m", lib}}));
  ASSERT_TRUE(git_->Checkout(request, {}).ok());
  for (const bool whole : {false, true}) {
    const std::string link = request.target + (whole ? "/libs/m" : "/libs");
    fs::remove_all(request.target + "/libs");
    if (whole) fs::create_directory(request.target + "/libs");
    fs::create_directory_symlink(whole ? outside + "/m" : outside, link);
    const absl::Status status =
        SubmoduleFetcher(*git_, {}).Fetch(request, {}, [](absl::string_view) {});
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("something else is in its place"));
    EXPECT_TRUE(fs::is_empty(outside + "/m"));
  }
  // Nor is a .gitmodules that is one.
  fs::remove(folder_ + "/work/acme/app/.gitmodules");
  fs::create_symlink("a", folder_ + "/work/acme/app/.gitmodules");
  const CheckoutRequest linked =
      Request(Commit("acme/app", {{"a", Module("m", "libs/m", "../lib")}}, {{"libs/m", lib}}));
  absl::Status status = git_->Checkout(linked, {});
  if (status.ok()) {
    status = SubmoduleFetcher(*git_, {}).Fetch(linked, {}, [](absl::string_view) {});
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST_F(SubmoduleFetcherTest, ARepositoryInItselfEndsAtTheLimits) {
  std::string commit = Commit("acme/app", {{".gitmodules", Module("me", "me", "../app")}});
  for (int i = 0; i < 3; ++i) commit = Commit("acme/app", {}, {{"me", commit}});
  EXPECT_TRUE(Fetch(Request(commit)).ok());
  EXPECT_THAT(said_, SizeIs(3));
  const absl::Status deep = Fetch(Request(commit), {.deepest = 2});
  EXPECT_TRUE(absl::IsFailedPrecondition(deep)) << deep;
  EXPECT_EQ(deep.message(),
            "The submodule me/me/me (../app): submodules are fetched up to 2 deep in each other.");
  const absl::Status many = Fetch(Request(commit), {.most = 2});
  EXPECT_TRUE(absl::IsFailedPrecondition(many)) << many;
  EXPECT_THAT(std::string(many.message()), HasSubstr("at most 2 submodules are fetched."));
}

TEST_F(SubmoduleFetcherTest, WhatCannotBeReadSaysWhatToDo) {
  const absl::Status missing = FetchUrl("../private");
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("The submodule libs/m (../private): There is no such repository. A "
                        "submodule must be public"));
  Commit("acme/lib", {{"l", "lib\n"}});
  const absl::Status vanished = FetchUrl("../lib");
  EXPECT_TRUE(absl::IsNotFound(vanished)) << vanished;
  EXPECT_THAT(std::string(vanished.message()),
              HasSubstr("The submodule libs/m (../lib): The repository does not have the commit "));
}

TEST_F(SubmoduleFetcherTest, HaveLimitsOfSizeAndTime) {
  std::string random(3 << 20, '\0');
  std::ifstream("/dev/urandom", std::ios::binary).read(random.data(), 3 << 20);
  const std::string lib = Commit("acme/lib", {{"l", random}});
  const std::string zeros = Commit("acme/bomb", {{"l", std::string(3 << 20, '\0')}});
  const CheckoutRequest large =
      Request(Commit("acme/app", {{".gitmodules", Module("m", "m", "../lib")}}, {{"m", lib}}));
  const absl::Status status = Fetch(large, {.most_bytes = 1 << 20});
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(status.message(), "The submodule m (../lib): it is larger than 1 MiB.");
  const CheckoutRequest bomb =
      Request(Commit("acme/app", {{".gitmodules", Module("m", "m", "../bomb")}}, {{"m", zeros}}));
  EXPECT_TRUE(absl::IsResourceExhausted(Fetch(bomb, {.most_bytes = 1 << 20})));
  EXPECT_TRUE(Fetch(Request(large.commit)).ok());
  int mirrors = 0;
  for (const auto& mirror : fs::directory_iterator(folder_ + "/cache/git")) {
    mirrors += mirror.is_directory();
  }
  EXPECT_EQ(mirrors, 2) << "none of what was too large is kept";

  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_TRUE(absl::IsCancelled(Fetch(Request(bomb.commit), {}, stopped.get_token())));
}

TEST_F(SubmoduleFetcherTest, WhatOneProjectMayReadIsNotForAnother) {
  const std::string lib = Commit("acme/lib", {{"l", "lib\n"}});
  const std::string commit =
      Commit("acme/app", {{".gitmodules", Module("m", "m", "../lib")}}, {{"m", lib}});
  EXPECT_TRUE(Fetch(Request(commit)).ok());
  fs::remove_all(served_ + "/acme/lib.git");
  EXPECT_TRUE(Fetch(Request(commit)).ok());
  CheckoutRequest other = Request(commit);
  other.project = "projects/2";
  EXPECT_TRUE(absl::IsNotFound(Fetch(other)));
}

// K42: the deploy key opens one repository, and is shown for no other.
TEST_F(SubmoduleFetcherTest, TheDeployKeyIsForTheProjectsOwnRepositoryAlone) {
  auto ssh = SshServer::Start();
  ASSERT_TRUE(ssh.ok()) << ssh.status();
  const SshKeyPair key = (*ssh)->MakeKey();
  (*ssh)->Allow(key);
  // Over HTTP a repository has the path that it has over SSH.
  const std::string above = fs::path(served_ + served_).parent_path();
  fs::create_directories(above);
  fs::create_directory_symlink(served_, served_ + served_);

  const std::string lib = Commit("acme/lib", {{"l", "lib\n"}});
  const std::string self = Commit("acme/app", {{"a", "old\n"}});
  const std::string commit = Commit(
      "acme/app", {{".gitmodules", Module("m", "m", "../lib") + Module("self", "self", "../app")}},
      {{"m", lib}, {"self", self}});
  CheckoutRequest request = Request(commit);
  request.clone_url = (*ssh)->UrlOf(served_ + "/acme/app.git");
  request.ssh_private_key = key.private_key;
  request.ssh_known_hosts = {(*ssh)->KnownHost()};
  const SubmoduleFetcher::Options options = {.clone_url_prefixes = {web_ + "/"}};
  const absl::Status fetched = Fetch(request, options);
  ASSERT_TRUE(fetched.ok()) << fetched;
  EXPECT_EQ(Text(request.target + "/m/l"), "lib\n");
  EXPECT_EQ(Text(request.target + "/self/a"), "old\n");
  EXPECT_THAT(Git(request.target + "/m", {"config", "remote.origin.url"}), HasSubstr("http://"));
  EXPECT_THAT(Git(request.target + "/self", {"config", "remote.origin.url"}), HasSubstr("ssh://"));

  server_->Stop();
  CheckoutRequest again = request;
  again.project = "projects/2";
  again.target += "-again";
  fs::create_directory(again.target);
  const absl::Status away = Fetch(again, options);
  EXPECT_TRUE(absl::IsUnavailable(away)) << "though SSH would have given it: " << away;
}

}  // namespace
}  // namespace kozmic::runner
