#include "services/runner/fetch/git_fetcher.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/git_server.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class GitFetcherTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-git-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    // Not only ours: git runs as somebody else.
    fs::permissions(folder_, fs::perms::others_exec, fs::perm_options::add);
    auto user = GitUser::Find("nobody");
    ASSERT_TRUE(user.ok()) << user.status();
    user_ = *user;
    auto server = GitServer::Start();
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    fetcher_ = std::make_unique<GitFetcher>(Options());
  }
  void TearDown() override { fs::remove_all(folder_); }

  GitFetcher::Options Options() const {
    return {.cache_folder = folder_ + "/cache", .user = user_};
  }
  CheckoutRequest Request(const std::string& commit) {
    CheckoutRequest request;
    request.project = "projects/1";
    request.clone_url = server_->url();
    request.commit = commit;
    request.ref = "refs/heads/main";
    request.target = absl::StrCat(folder_, "/src", ++clones_);
    fs::create_directory(request.target);
    return request;
  }
  std::string Git(const std::string& folder, const std::vector<std::string>& arguments) {
    return GitServer::Git(folder, arguments);
  }
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
  GitUser user_;
  std::unique_ptr<GitServer> server_;
  std::unique_ptr<GitFetcher> fetcher_;
  int clones_ = 0;
};

TEST_F(GitFetcherTest, MakesARealCloneAtTheCommit) {
  const std::string first = server_->Commit("main", {{"a.txt", "one"}});
  const std::string second = server_->Commit("main", {{"a.txt", "two"}, {"dir/b", "b"}});
  for (const std::string& commit : {second, first}) {
    const CheckoutRequest request = Request(commit);
    const absl::Status status = fetcher_->Checkout(request, {});
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Text(request.target + "/a.txt"), commit == first ? "one" : "two");
    EXPECT_EQ(Git(request.target, {"rev-parse", "HEAD"}), commit);
    EXPECT_EQ(Git(request.target, {"rev-parse", "--abbrev-ref", "HEAD"}), "main");
    EXPECT_EQ(Git(request.target, {"status", "--porcelain"}), "");
    EXPECT_EQ(Git(request.target, {"rev-parse", "origin/main"}), second);
    EXPECT_EQ(Git(request.target, {"remote", "get-url", "origin"}), server_->url());
    Git(request.target, {"fsck", "--strict"});
  }
}

TEST_F(GitFetcherTest, FetchesWhatIsNewIntoTheMirror) {
  const std::string first = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(first), {}).ok());
  const std::string second = server_->Commit("main", {{"a", "2"}});
  const CheckoutRequest request = Request(second);
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  EXPECT_EQ(Text(request.target + "/a"), "2");
}

TEST_F(GitFetcherTest, CloneIsTheJobsOwn) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  const CheckoutRequest first = Request(commit);
  ASSERT_TRUE(fetcher_->Checkout(first, {}).ok());
  // The job ruins its clone...
  for (const auto& entry : fs::recursive_directory_iterator(first.target + "/.git/objects")) {
    if (entry.is_regular_file()) {
      EXPECT_EQ(fs::hard_link_count(entry.path()), 1u) << entry.path();
      fs::permissions(entry.path(), fs::perms::owner_all);
      std::ofstream(entry.path()) << "garbage";
    }
  }
  // ...and the next one is whole.
  const CheckoutRequest second = Request(commit);
  ASSERT_TRUE(fetcher_->Checkout(second, {}).ok());
  Git(second.target, {"fsck", "--strict"});
}

TEST_F(GitFetcherTest, FetchesACommitThatNoBranchHasAnyMore) {
  const std::string old = server_->Commit("main", {{"a", "1"}});
  server_->ForceOrphan("main");
  const CheckoutRequest request = Request(old);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Git(request.target, {"rev-parse", "HEAD"}), old);
}

TEST_F(GitFetcherTest, P4FetchesAForksCommitThatOnlyItsPullRequestHas) {
  const std::string base = server_->Commit("main", {{"a", "1"}});
  for (const bool old_protocol : {false, true}) {
    SCOPED_TRACE(old_protocol);
    if (old_protocol) server_->SpeakOldProtocol();
    const int number = old_protocol ? 8 : 7;
    const std::string ref = absl::StrCat("refs/pull/", number, "/head");
    server_->Commit("fork", {{"a", "first"}, {"number", ref}});
    const std::string first = server_->MakePullRequest(number, "fork");
    server_->Commit("fork", {{"a", "second"}});
    const std::string second = server_->MakePullRequest(number, "fork");
    ASSERT_NE(first, second);
    // Also the one before a later push to the fork; in a mirror that has the base, and in none.
    for (const std::string& commit : {first, second, base, first}) {
      if (commit == second) fs::remove_all(folder_ + "/cache/git");
      CheckoutRequest request = Request(commit);
      request.ref = ref;
      const absl::Status status = fetcher_->Checkout(request, {});
      ASSERT_TRUE(status.ok()) << status;
      EXPECT_EQ(Git(request.target, {"rev-parse", "HEAD"}), commit);
      EXPECT_EQ(Git(request.target, {"rev-parse", "--abbrev-ref", "HEAD"}), "HEAD");
      EXPECT_EQ(Git(request.target, {"status", "--porcelain"}), "");
      EXPECT_EQ(Git(request.target, {"rev-parse", "origin/main"}), base);
      EXPECT_EQ(Git(request.target, {"for-each-ref", "refs/pull", "refs/kozmic"}), "");
      Git(request.target, {"fsck", "--strict"});
    }
  }
}

TEST_F(GitFetcherTest, P4NamesAForksCommitThatWasReplaced) {
  server_->Commit("main", {{"a", "1"}});
  server_->Commit("fork", {{"a", "2"}});
  server_->MakePullRequest(7, "fork");
  for (const std::string& commit : {std::string(40, 'd'), std::string(40, 'e')}) {
    CheckoutRequest request = Request(commit);
    request.ref = "refs/pull/7/head";
    const absl::Status status = fetcher_->Checkout(request, {});
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(commit));
    server_->SpeakOldProtocol();
  }
}

TEST_F(GitFetcherTest, BadInput82NamesACommitThatIsNotThere) {
  server_->Commit("main", {{"a", "1"}});
  const std::string commit(40, 'd');
  const absl::Status status = fetcher_->Checkout(Request(commit), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(commit));
}

TEST_F(GitFetcherTest, TellsARepositoryThatIsNotThereFromAHostThatIsNot) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  CheckoutRequest request = Request(commit);
  request.clone_url += "-missing";
  EXPECT_EQ(fetcher_->Checkout(request, {}).code(), absl::StatusCode::kNotFound);
  server_->Stop();
  request = Request(commit);
  EXPECT_EQ(fetcher_->Checkout(request, {}).code(), absl::StatusCode::kUnavailable);
}

TEST_F(GitFetcherTest, MakesABrokenMirrorAnew) {
  const std::string first = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(first), {}).ok());
  const std::string mirror = folder_ + "/cache/git/projects-1.git";
  ASSERT_TRUE(fs::exists(mirror));
  std::ofstream(mirror + "/config") << "[core\nnonsense";
  const std::string second = server_->Commit("main", {{"a", "2"}});
  const CheckoutRequest request = Request(second);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/a"), "2");
}

TEST_F(GitFetcherTest, ARestartedFetcherKnowsWhatItFetched) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(commit), {}).ok());
  server_->Stop();
  fetcher_ = std::make_unique<GitFetcher>(Options());
  const CheckoutRequest request = Request(commit);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/a"), "1");
}

TEST_F(GitFetcherTest, WhatACrashLeftOfAMirrorIsFetchedAnew) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(commit), {}).ok());
  // The ref reached the disk, the objects did not.
  fs::remove_all(folder_ + "/cache/git/projects-1.git/objects/pack");
  fs::create_directories(folder_ + "/cache/git/projects-1.git/objects/pack");
  fetcher_ = std::make_unique<GitFetcher>(Options());
  const CheckoutRequest request = Request(commit);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/a"), "1");
  Git(request.target, {"fsck", "--strict"});
}

TEST_F(GitFetcherTest, BadInput78HostileNamesAreOnlyNames) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  for (const char* ref :
       {"--upload-pack=touch /tmp/pwned", "refs/heads/$(id)", "refs/heads/../../config",
        "refs/heads/a\nb", "refs/heads/-x", "refs/tags/v1", "refs/heads/HEAD"}) {
    CheckoutRequest request = Request(commit);
    request.ref = ref;
    const absl::Status status = fetcher_->Checkout(request, {});
    ASSERT_TRUE(status.ok()) << ref << ": " << status;
    EXPECT_EQ(Git(request.target, {"rev-parse", "--abbrev-ref", "HEAD"}), "HEAD") << ref;
  }
  CheckoutRequest request = Request(commit);
  request.commit = "--upload-pack=x";
  EXPECT_EQ(fetcher_->Checkout(request, {}).code(), absl::StatusCode::kInvalidArgument);
}

// Bad input 71: read from git's objects, whatever is in the clone by now.
TEST_F(GitFetcherTest, BadInput71TrackedPathsAreGitsObjects) {
  const std::string work = server_->path() + "/../work";
  fs::create_directories(work);
  fs::create_symlink("dir/b", work + "/link");
  fs::create_directory_symlink("dir", work + "/linked");
  const CheckoutRequest request =
      Request(server_->Commit("main", {{"file", "content"}, {"dir/b", "b"}, {"dir/deep/c", "c"}}));
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  const std::vector<std::string> paths = {".",       "file",     "dir",  "dir/b",
                                          "missing", "linked/b", "link", "linked"};
  const auto objects = fetcher_->ObjectsAt(request, paths, {});
  ASSERT_TRUE(objects.ok()) << objects.status();
  const auto id = [&](const std::string& path) {
    return Git(request.target, {"rev-parse", request.commit + ":" + path});
  };
  EXPECT_THAT(*objects,
              UnorderedElementsAre(Pair(".", "040000 tree " + id("")),
                                   Pair("file", "100644 blob " + id("file")),
                                   // A folder by its tree, also beside something below it.
                                   Pair("dir", "040000 tree " + id("dir")),
                                   Pair("dir/b", "100644 blob " + id("dir/b")), Pair("missing", ""),
                                   Pair("linked/b", ""),
                                   // A link by its text: where it leads to does not matter.
                                   Pair("link", "120000 blob " + id("link")),
                                   Pair("linked", "120000 blob " + id("linked"))));
  EXPECT_EQ(Git(request.target, {"cat-file", "blob", id("link")}), "dir/b");

  // The clone is the job's: it may change between checkout and look.
  std::ofstream(request.target + "/file") << "changed";
  std::ofstream(request.target + "/missing") << "made";
  fs::remove_all(request.target + "/dir");
  fs::create_directory_symlink("/etc", request.target + "/dir");
  EXPECT_EQ(*fetcher_->ObjectsAt(request, paths, {}), *objects);

  const CheckoutRequest changed = Request(server_->Commit("main", {{"dir/deep/c", "C"}}));
  ASSERT_TRUE(fetcher_->Checkout(changed, {}).ok());
  const auto after = fetcher_->ObjectsAt(changed, paths, {});
  ASSERT_TRUE(after.ok()) << after.status();
  for (const std::string& path : paths) {
    const bool changes = path == "." || path == "dir";
    EXPECT_EQ(after->at(path) != objects->at(path), changes) << path;
  }
}

// Bad input 71: more than one child's output holds.
TEST_F(GitFetcherTest, BadInput71ManyLongPathsAreAllLookedAt) {
  std::map<std::string, std::string> files;
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) {
    std::string path;
    for (int part = 0; part < 4; ++part) {
      absl::StrAppend(&path, part > 0 ? "/" : "", std::string(230, static_cast<char>('a' + part)));
    }
    absl::StrAppend(&path, i);
    paths.push_back(path);
    files[path] = absl::StrCat(i);
  }
  const CheckoutRequest request = Request(server_->Commit("main", files));
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  const auto objects = fetcher_->ObjectsAt(request, paths, {});
  ASSERT_TRUE(objects.ok()) << objects.status();
  EXPECT_THAT(*objects, SizeIs(100));
  for (const auto& [path, object] : *objects) {
    EXPECT_TRUE(absl::StartsWith(object, "100644 blob ")) << path.substr(920);
    EXPECT_EQ(object.size(), 52u);
  }
}

// Bad input 70: whatever else lets them through, git looks nowhere but in the commit.
TEST_F(GitFetcherTest, BadInput70HostilePathsReachNothing) {
  const CheckoutRequest request = Request(server_->Commit("main", {{"file", "content"}}));
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  for (const std::string path : {"../x", "/etc/passwd", ".git/config", ":(glob)**", ":/", "-r",
                                 "--format=%(objectname)", "*", "file/../file", "a\nb"}) {
    const auto objects = fetcher_->ObjectsAt(request, {path}, {});
    if (objects.ok()) {
      EXPECT_THAT(*objects, ElementsAre(Pair(path, ""))) << path;
    } else {
      EXPECT_TRUE(absl::IsInternal(objects.status())) << objects.status();
    }
  }
}

TEST_F(GitFetcherTest, BadInput80RunsNoHooksAndFetchesNoSubmodules) {
  const std::string module =
      absl::StrCat("[submodule \"m\"]\n\tpath = m\n\turl = ", server_->url(), "\n");
  const std::string commit = server_->Commit("main", {{".gitmodules", module}, {"a", "1"}});
  const CheckoutRequest request = Request(commit);
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  EXPECT_FALSE(fs::exists(request.target + "/.git/modules"));
}

TEST_F(GitFetcherTest, ManyJobsOfOneProjectAtOnce) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  std::vector<CheckoutRequest> requests;
  for (int i = 0; i < 6; ++i) requests.push_back(Request(commit));
  std::vector<absl::Status> results(requests.size());
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < requests.size(); ++i) {
      threads.emplace_back([&, i] { results[i] = fetcher_->Checkout(requests[i], {}); });
    }
  }
  for (const absl::Status& result : results) EXPECT_TRUE(result.ok()) << result;
}

uid_t OwnerOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(lstat(path.c_str(), &info), 0) << path;
  return info.st_uid;
}

TEST_F(GitFetcherTest, GitIsSomebodyElseAndTheCloneIsOurs) {
  const std::string commit = server_->Commit("main", {{"a", "1"}, {"dir/b", "2"}});
  const std::string job = folder_ + "/job";
  fs::create_directory(job);
  fs::permissions(job, fs::perms::owner_all);
  CheckoutRequest request = Request(commit);
  request.target = job + "/src";
  fs::create_directory(request.target);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  for (const auto& file : fs::recursive_directory_iterator(request.target)) {
    EXPECT_EQ(OwnerOf(file.path()), geteuid()) << file.path();
  }
  EXPECT_EQ(fs::status(job).permissions() & fs::perms::others_all, fs::perms::none);
  for (const auto& file : fs::recursive_directory_iterator(fetcher_->MirrorPath("projects/1"))) {
    EXPECT_EQ(OwnerOf(file.path()), user_.uid()) << file.path();
  }
}

TEST_F(GitFetcherTest, GitMayAlsoBeTheRunnerItself) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(commit), {}).ok());
  // The mirror that another user's git made is not used.
  user_ = {};
  fetcher_ = std::make_unique<GitFetcher>(Options());
  const std::string second = server_->Commit("main", {{"a", "2"}});
  const CheckoutRequest request = Request(second);
  const absl::Status status = fetcher_->Checkout(request, {});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/a"), "2");
  EXPECT_EQ(OwnerOf(fetcher_->MirrorPath("projects/1") + "/HEAD"), geteuid());
}

// As a git would leave it that a hostile server had taken over.
TEST_F(GitFetcherTest, LinksInAMirrorLeadNowhere) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  ASSERT_TRUE(fetcher_->Checkout(Request(commit), {}).ok());
  const std::string mirror = fetcher_->MirrorPath("projects/1");
  const std::string outside = folder_ + "/outside";
  fs::create_directory(outside);
  for (const char* place : {"/refs/heads", "/refs/links", "/objects/links"}) {
    fs::remove_all(mirror + place);
    fs::create_directory_symlink(outside, mirror + place);
  }
  std::ofstream(outside + "/secret") << "secret";
  fs::create_symlink(outside + "/secret", mirror + "/objects/secret");
  const CheckoutRequest request = Request(commit);
  ASSERT_TRUE(fetcher_->Checkout(request, {}).ok());
  EXPECT_EQ(Text(outside + "/secret"), "secret");
  EXPECT_FALSE(fs::exists(outside + "/main")) << "a branch";
  for (const auto& file : fs::recursive_directory_iterator(request.target)) {
    EXPECT_FALSE(file.is_symlink()) << file.path();
    EXPECT_NE(file.path().filename(), "secret");
  }
  fs::remove_all(mirror + "/objects");
  fs::create_directory_symlink(outside, mirror + "/objects");
  ASSERT_TRUE(fetcher_->Checkout(Request(server_->Commit("main", {{"a", "2"}})), {}).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(outside), fs::directory_iterator()), 1);
}

TEST_F(GitFetcherTest, StopsWhenAskedTo) {
  const std::string commit = server_->Commit("main", {{"a", "1"}});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(fetcher_->Checkout(Request(commit), stop.get_token()).code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace kozmic::runner
