// GitFetcher over SSH, from a real sshd. Row K42.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/runner/fetch/fetch_error.h"
#include "services/runner/fetch/git_fetcher.h"
#include "services/runner/fetch/git_user.h"
#include "services/runner/testing/git_server.h"
#include "services/runner/testing/ssh_server.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string Text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class GitSshTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-git-ssh-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    fs::permissions(folder_, fs::perms::others_exec, fs::perm_options::add);
    auto user = GitUser::Find("nobody");
    ASSERT_TRUE(user.ok()) << user.status();
    auto git = GitServer::Start();
    ASSERT_TRUE(git.ok()) << git.status();
    git_ = *std::move(git);
    auto ssh = SshServer::Start();
    ASSERT_TRUE(ssh.ok()) << ssh.status();
    ssh_ = *std::move(ssh);
    key_ = ssh_->MakeKey();
    ssh_->Allow(key_);
    fetcher_ = std::make_unique<GitFetcher>(
        GitFetcher::Options{.cache_folder = folder_ + "/cache", .user = *user});
  }
  void TearDown() override { fs::remove_all(folder_); }

  CheckoutRequest Request(const std::string& commit) {
    CheckoutRequest request;
    request.project = "projects/1";
    request.clone_url = ssh_->UrlOf(git_->path());
    request.ssh_private_key = key_.private_key;
    request.ssh_known_hosts = {"# of the test", ssh_->KnownHost()};
    request.commit = commit;
    request.ref = "refs/heads/main";
    request.target = absl::StrCat(folder_, "/src", ++clones_);
    fs::create_directory(request.target);
    return request;
  }
  absl::Status Checkout(const CheckoutRequest& request) { return fetcher_->Checkout(request, {}); }

  // Lines that only the private half has.
  std::vector<std::string> KeyMaterial() const {
    std::vector<std::string> lines;
    for (const absl::string_view line : absl::StrSplit(key_.private_key, '\n')) {
      if (!line.empty() && !absl::StartsWith(line, "-----")) lines.emplace_back(line);
    }
    return lines;
  }
  bool HasKeyMaterial(const std::string& path) const {
    const std::string text = Text(path);
    for (const std::string& line : KeyMaterial()) {
      if (absl::StrContains(text, line)) return true;
    }
    return false;
  }
  void ExpectNoKeyBelow(const std::string& folder) const {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      EXPECT_FALSE(file.is_regular_file() && HasKeyMaterial(file.path())) << file.path();
    }
  }
  // The key's file, which has no name, is gone with its last descriptor.
  static void ExpectNoFileLeftOpen() {
    for (const auto& descriptor : fs::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const std::string target = fs::read_symlink(descriptor.path(), gone);
      EXPECT_FALSE(absl::StrContains(target, "memfd:")) << target;
    }
  }

  std::string folder_;
  std::unique_ptr<GitServer> git_;
  std::unique_ptr<SshServer> ssh_;
  SshKeyPair key_;
  std::unique_ptr<GitFetcher> fetcher_;
  int clones_ = 0;
};

TEST_F(GitSshTest, FetchesWithTheKeyAndThenOnlyWhatIsNew) {
  const std::string first = git_->Commit("main", {{"a.txt", "one"}});
  CheckoutRequest request = Request(first);
  absl::Status status = Checkout(request);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/a.txt"), "one");
  EXPECT_EQ(GitServer::Git(request.target, {"rev-parse", "HEAD"}), first);
  EXPECT_EQ(GitServer::Git(request.target, {"remote", "get-url", "origin"}), request.clone_url);

  const std::string second = git_->Commit("main", {{"b.txt", "two"}});
  request = Request(second);
  status = Checkout(request);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Text(request.target + "/b.txt"), "two");
  const std::string counts =
      GitServer::Git(folder_ + "/cache/git/projects-1.git", {"count-objects", "-v"});
  EXPECT_THAT(counts, HasSubstr("in-pack: 6")) << "commit, tree and file, each once";
  EXPECT_THAT(counts, HasSubstr("packs: 2"));
}

TEST_F(GitSshTest, TakesRsaKeysToo) {
  key_ = ssh_->MakeKey("rsa");
  ssh_->Allow(key_);
  const absl::Status status = Checkout(Request(git_->Commit("main", {{"a", "1"}})));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(GitSshTest, KeyThatLacksItsLastNewlineIsGood) {
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  request.ssh_private_key.pop_back();
  const absl::Status status = Checkout(request);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(GitSshTest, KeyIsInNoArgumentEnvironmentOrNamedFile) {
  const CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  ssh_->HoldSessions(true);
  absl::Status status;
  {
    std::jthread fetching([&] { status = Checkout(request); });
    EXPECT_TRUE(ssh_->WaitForHeldSession(absl::Seconds(30)));
    int clients = 0;
    for (const auto& process : fs::directory_iterator("/proc")) {
      const std::string path = process.path();
      const std::string command = Text(path + "/cmdline");
      if (absl::StrContains(command, "UserKnownHostsFile")) ++clients;
      EXPECT_FALSE(HasKeyMaterial(path + "/cmdline")) << command;
      EXPECT_FALSE(HasKeyMaterial(path + "/environ")) << command;
    }
    EXPECT_GE(clients, 1) << "ssh is at work while it is looked for";
    ExpectNoKeyBelow(folder_);
    ssh_->HoldSessions(false);
  }
  ASSERT_TRUE(status.ok()) << status;
  ExpectNoKeyBelow(folder_);
  ExpectNoFileLeftOpen();
}

TEST_F(GitSshTest, RefusedKeyIsNamedAndLeavesNothing) {
  const std::string commit = git_->Commit("main", {{"a", "1"}});
  ssh_->Allow(ssh_->MakeKey());
  const absl::Status status = Checkout(Request(commit));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_EQ(Reason(status), kKeyRefused);
  ExpectNoFileLeftOpen();
}

TEST_F(GitSshTest, RemovedKeyWorksAgainOnceItIsRestored) {
  const std::string commit = git_->Commit("main", {{"a", "1"}});
  ssh_->AllowNobody();
  EXPECT_EQ(Checkout(Request(commit)).code(), absl::StatusCode::kPermissionDenied);
  ssh_->Allow(key_);
  const absl::Status status = Checkout(Request(commit));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(GitSshTest, KeyWithAPassphraseFailsInsteadOfAsking) {
  key_ = ssh_->MakeKey("ed25519", "a passphrase");
  ssh_->Allow(key_);
  const absl::Status status = Checkout(Request(git_->Commit("main", {{"a", "1"}})));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
}

TEST_F(GitSshTest, BrokenKeyIsRefused) {
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  request.ssh_private_key = "no key";
  EXPECT_EQ(Checkout(request).code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(GitSshTest, HostWithAnotherKeyIsNotTrusted) {
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  request.ssh_known_hosts = {ssh_->KnownHost(ssh_->MakeKey())};
  const absl::Status status = Checkout(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("another SSH host key"));
}

TEST_F(GitSshTest, UnknownHostIsNotTrusted) {
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  request.ssh_known_hosts = {"example.com " + ssh_->MakeKey().public_key};
  absl::Status status = Checkout(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not known"));
  request.ssh_known_hosts.clear();
  EXPECT_EQ(Checkout(request).code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(GitSshTest, TellsWhatIsMissing) {
  const std::string commit = git_->Commit("main", {{"a", "1"}});
  CheckoutRequest request = Request(std::string(40, 'd'));
  absl::Status status = Checkout(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(request.commit));

  request = Request(commit);
  request.clone_url += "-missing";
  EXPECT_EQ(Checkout(request).code(), absl::StatusCode::kNotFound);

  request = Request(commit);
  ssh_->Stop();
  status = Checkout(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST_F(GitSshTest, StopsInTheMiddleOfAFetch) {
  const CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  ssh_->HoldSessions(true);
  std::stop_source stop;
  absl::Status status;
  {
    std::jthread fetching([&] { status = fetcher_->Checkout(request, stop.get_token()); });
    EXPECT_TRUE(ssh_->WaitForHeldSession(absl::Seconds(30)));
    stop.request_stop();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  ssh_->HoldSessions(false);
}

TEST_F(GitSshTest, HasNoSshWithoutAKey) {
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "1"}}));
  request.ssh_private_key.clear();
  EXPECT_EQ(Checkout(request).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(GitSshTest, MirrorServesBothWays) {
  ASSERT_TRUE(Checkout(Request(git_->Commit("main", {{"a", "1"}}))).ok());
  CheckoutRequest request = Request(git_->Commit("main", {{"a", "2"}}));
  request.clone_url = git_->url();
  const absl::Status status = Checkout(request);
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace kozmic::runner
