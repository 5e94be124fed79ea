#include "services/runner/fetch/clone_url.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

TEST(CheckCloneUrlTest, BadInput79TakesAllowedWebUrlsOnly) {
  EXPECT_TRUE(CheckCloneUrl("https://github.com/a/b.git", {}, false).ok());
  EXPECT_TRUE(CheckCloneUrl("http://h:1/a", {"http://h:1/"}, false).ok());
  EXPECT_TRUE(CheckCloneUrl("http://h:1/a", {"https://x", "http://h:1"}, false).ok());
  for (const char* url : {"ext::sh -c id", "file:///etc", "/etc", "git@h:a", "ssh://h/a",
                          "--upload-pack=x", "https://h/a b", "https://h/\"", "https://h/a\n"}) {
    EXPECT_EQ(CheckCloneUrl(url, {}, false).code(), absl::StatusCode::kInvalidArgument) << url;
  }
  for (const char* url :
       {"http://h:10/a", "http://h:1.evil/a", "http://h:1@evil/a", "http://h:1"}) {
    EXPECT_EQ(CheckCloneUrl(url, {"http://h:1"}, false).code(), absl::StatusCode::kPermissionDenied)
        << url;
  }
}

// K42
TEST(CheckCloneUrlTest, TakesSshUrlsWithAKeyOnly) {
  for (const char* url : {"ssh://git@github.com/owner/name.git",
                          "ssh://git@127.0.0.1:2222/o-w_n.er/name.git", "ssh://a.b@h/~x/y+z"}) {
    EXPECT_TRUE(CheckCloneUrl(url, {}, true).ok()) << url;
    EXPECT_EQ(CheckCloneUrl(url, {}, false).code(), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_TRUE(CheckCloneUrl("https://github.com/a/b.git", {}, true).ok());
  for (const char* url : {"ssh://github.com/a/b", "ssh://@h/a",        "ssh://-oProxyCommand=x@h/a",
                          "ssh://git@-h/a",       "ssh://git@h",       "ssh://git@h/",
                          "ssh://git@/a",         "ssh://git@h:/a",    "ssh://git@h:0/a",
                          "ssh://git@h:65536/a",  "ssh://git@h:+22/a", "ssh://git@h:22x/a",
                          "ssh://git:pw@h/a",     "ssh://git@h/a b",   "ssh://git@h/$(id)",
                          "ssh://git@h/a'b",      "ssh://git@h/`id`",  "ssh://a@b@h/c",
                          "ssh://git@[::1]/a",    "ssh://h/a@b"}) {
    EXPECT_EQ(CheckCloneUrl(url, {}, true).code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST(CheckCloneUrlTest, TakesSshUrlsOfAllowedHostsOnly) {
  const std::vector<std::string> prefixes = {"https://github.com/", "ssh://git@github.com/"};
  EXPECT_TRUE(CheckCloneUrl("ssh://git@github.com/a/b.git", prefixes, true).ok());
  for (const char* url : {"ssh://git@github.com.evil/a", "ssh://git@evil/a",
                          "ssh://me@github.com/a", "ssh://git@github.com:22/a"}) {
    EXPECT_EQ(CheckCloneUrl(url, prefixes, true).code(), absl::StatusCode::kPermissionDenied)
        << url;
  }
}

TEST(PublicUrlTest, HasNoCredentials) {
  EXPECT_EQ(PublicUrl("https://u:p@h/a@b"), "https://h/a@b");
  EXPECT_EQ(PublicUrl("http://h:1/a"), "http://h:1/a");
  EXPECT_EQ(PublicUrl("ssh://git@h/a.git"), "ssh://git@h/a.git");
}

}  // namespace
}  // namespace kozmic::runner
