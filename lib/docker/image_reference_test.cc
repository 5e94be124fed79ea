#include "lib/docker/image_reference.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::docker {
namespace {

const char kDigest[] = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Good {
  std::string text;
  std::string registry;
  std::string path;
  std::string tag;
  std::string digest;
  std::string full;
};

TEST(ImageReferenceTest, ReadsWhatDockerReads) {
  const std::string digest = kDigest;
  const std::vector<Good> cases = {
      {"debian", "docker.io", "library/debian", "", "", "docker.io/library/debian:latest"},
      {"debian:12", "docker.io", "library/debian", "12", "", "docker.io/library/debian:12"},
      {"owner/name", "docker.io", "owner/name", "", "", "docker.io/owner/name:latest"},
      {"docker.io/debian:12", "docker.io", "library/debian", "12", "",
       "docker.io/library/debian:12"},
      {"index.docker.io/debian:12", "docker.io", "library/debian", "12", "",
       "docker.io/library/debian:12"},
      {"localhost/a", "localhost", "a", "", "", "localhost/a:latest"},
      {"localhost:5000/a/b:v1.0-rc_1", "localhost:5000", "a/b", "v1.0-rc_1", "",
       "localhost:5000/a/b:v1.0-rc_1"},
      {"127.0.0.1:5000/a", "127.0.0.1:5000", "a", "", "", "127.0.0.1:5000/a:latest"},
      {"[::1]:5000/a", "[::1]:5000", "a", "", "", "[::1]:5000/a:latest"},
      {"ghcr.io/a/b/c/d", "ghcr.io", "a/b/c/d", "", "", "ghcr.io/a/b/c/d:latest"},
      {"a__b/c---d.e", "docker.io", "a__b/c---d.e", "", "", "docker.io/a__b/c---d.e:latest"},
      {"Registry/a", "Registry", "a", "", "", "Registry/a:latest"},
      {"debian@" + digest, "docker.io", "library/debian", "", digest,
       "docker.io/library/debian@" + digest},
      {"debian:12@" + digest, "docker.io", "library/debian", "12", digest,
       "docker.io/library/debian:12@" + digest},
      {"kozmic/ubuntu-base:12.04", "docker.io", "kozmic/ubuntu-base", "12.04", "",
       "docker.io/kozmic/ubuntu-base:12.04"},
  };
  for (const Good& good : cases) {
    SCOPED_TRACE(good.text);
    const auto reference = ParseImageReference(good.text);
    ASSERT_TRUE(reference.ok()) << reference.status();
    EXPECT_EQ(reference->registry, good.registry);
    EXPECT_EQ(reference->path, good.path);
    EXPECT_EQ(reference->tag, good.tag);
    EXPECT_EQ(reference->digest, good.digest);
    EXPECT_EQ(reference->ToString(), good.full);
  }
}

TEST(ImageReferenceTest, PullsTheDigestRatherThanTheTag) {
  EXPECT_EQ(ParseImageReference("debian:12@" + std::string(kDigest))->TagOrDigest(), kDigest);
  EXPECT_EQ(ParseImageReference("debian:12")->TagOrDigest(), "12");
  EXPECT_EQ(ParseImageReference("debian")->TagOrDigest(), "latest");
}

TEST(ImageReferenceTest, RefusesWhatIsNotAReference) {
  const std::vector<std::string> cases = {
      "",
      "x; id",
      "--privileged",
      "a:b:c",
      std::string(300, 'a'),
      "-a",
      "a-",
      "a..b",
      "a___b",
      "a._b",
      "Debian",
      "owner/Name",
      "a/",
      "/a",
      "a//b",
      "a b",
      " a",
      "a\n",
      std::string("a\0b", 3),
      "a:",
      "a:.tag",
      "a:-tag",
      "a:" + std::string(129, 't'),
      "a@",
      "a@sha256:abc",
      "a@md5:0123456789abcdef0123456789abcdef",
      "a@" + std::string(kDigest) + "0",
      "host:port/a",
      "host:123456/a",
      "-host.x/a",
      "[::1/a",
      "[]/a",
      "[x]/a",
      "../a",
      "a/../b",
      "http://a/b",
      "caf\xc3\xa9",
      std::string(64, 'a'),
  };
  for (const std::string& text : cases) {
    EXPECT_EQ(ParseImageReference(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

// P20
TEST(RegistryTest, IsWhatImageNamesBeginWith) {
  for (const auto& [text, key] : std::vector<std::pair<std::string, std::string>>{
           {"docker.io", "docker.io"},
           {"index.docker.io", "docker.io"},
           {"ghcr.io", "ghcr.io"},
           {"Registry.Example.com:5000", "registry.example.com:5000"},
           {"localhost", "localhost"},
           {"127.0.0.1:5000", "127.0.0.1:5000"},
           {"[::1]:5000", "[::1]:5000"}}) {
    const auto registry = ParseRegistry(text);
    ASSERT_TRUE(registry.ok()) << registry.status();
    EXPECT_EQ(*registry, key);
    EXPECT_EQ(RegistryKey(*ParseImageReference(text + "/a/b:1")), key);
  }
  for (const std::string& text : std::vector<std::string>{
           "", "owner", "https://ghcr.io", "ghcr.io/", "ghcr.io/owner", "a b.c", "ghcr.io:", "x:y",
           "a..b", "-a.b", "a.b\n", std::string("a.b\0", 4), std::string(300, 'a') + ".b"}) {
    const absl::Status refused = ParseRegistry(text).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("is not a registry")) << text;
  }
  EXPECT_EQ(RegistryKey(*ParseImageReference("debian")), "docker.io");
}

TEST(ImageReferenceTest, MessageIsShortAndPrintable) {
  const std::string message(
      ParseImageReference("\x1b[31m" + std::string(5000, '!')).status().message());
  EXPECT_LT(message.size(), 300u);
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(message, testing::HasSubstr("is not a Docker image reference"));
}

}  // namespace
}  // namespace kozmic::docker
