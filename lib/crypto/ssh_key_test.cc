#include "lib/crypto/ssh_key.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lib/crypto/wipe.h"

namespace kozmic {
namespace {

// What a command prints; fails the test when it does not succeed.
std::string Output(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, size);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

// A file that only we may read: ssh refuses a private key in any other.
std::string PrivateFile(const std::string& name, const std::string& content) {
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
  std::ofstream(path, std::ios::trunc) << content;
  chmod(path.c_str(), 0600);
  return path;
}

// What the real ssh-keygen finds in the two halves.
void ExpectSshAgrees(const SshKeyPair& pair, const std::string& comment, const std::string& kind) {
  const std::string private_file = PrivateFile("key", pair.private_key);
  const std::string public_file = PrivateFile("public", pair.public_key + "\n");
  EXPECT_EQ(Output("ssh-keygen -y -P '' -f " + private_file),
            absl::StrCat(pair.public_key, comment.empty() ? "" : " ", comment, "\n"));
  const std::vector<std::string> listed =
      absl::StrSplit(Output("ssh-keygen -l -f " + public_file), ' ');
  ASSERT_GE(listed.size(), 3u);
  EXPECT_EQ(listed[1], pair.fingerprint);
  EXPECT_EQ(listed.back(), kind);
}

// K12, K42
TEST(SshKeyTest, OpensshReadsAnEd25519Key) {
  SystemRandom random;
  const std::string comments[] = {"", "Kozmic CI octo/hello", std::string(200, 'c')};
  for (const std::string& comment : comments) {
    const auto pair = GenerateSshKey(SshKeyType::kEd25519, comment, random);
    ASSERT_TRUE(pair.ok()) << pair.status();
    EXPECT_TRUE(absl::StartsWith(pair->public_key, "ssh-ed25519 AAAA")) << pair->public_key;
    ExpectSshAgrees(*pair, comment, "(ED25519)\n");
  }
}

TEST(SshKeyTest, OpensshReadsAnRsaKey) {
  SystemRandom random;
  const auto pair = GenerateSshKey(SshKeyType::kRsa4096, "not kept", random);
  ASSERT_TRUE(pair.ok()) << pair.status();
  EXPECT_TRUE(absl::StartsWith(pair->public_key, "ssh-rsa AAAA")) << pair->public_key;
  EXPECT_TRUE(absl::StartsWith(pair->private_key, "-----BEGIN RSA PRIVATE KEY-----"));
  ExpectSshAgrees(*pair, "", "(RSA)\n");
  EXPECT_TRUE(absl::StartsWith(Output("ssh-keygen -l -f " + PrivateFile("rsa", pair->private_key)),
                               "4096 "));
}

TEST(SshKeyTest, AKeySignsWhatItsPublicHalfProves) {
  SystemRandom random;
  const auto pair = GenerateSshKey(SshKeyType::kEd25519, "signer", random);
  ASSERT_TRUE(pair.ok()) << pair.status();
  const std::string key = PrivateFile("signer", pair->private_key);
  const std::string text = PrivateFile("text", "hello");
  const std::string allowed = PrivateFile("allowed", "me " + pair->public_key + "\n");
  std::remove((text + ".sig").c_str());
  Output(absl::StrCat("ssh-keygen -q -Y sign -n file -f ", key, " ", text, " 2>&1"));
  EXPECT_TRUE(absl::StrContains(Output(absl::StrCat("ssh-keygen -Y verify -n file -I me -f ",
                                                    allowed, " -s ", text, ".sig < ", text)),
                                "Good \"file\" signature"));
}

TEST(SshKeyTest, KeysDiffer) {
  SystemRandom random;
  const auto one = GenerateSshKey(SshKeyType::kEd25519, "", random);
  const auto other = GenerateSshKey(SshKeyType::kEd25519, "", random);
  EXPECT_NE(one->public_key, other->public_key);
  EXPECT_NE(one->private_key, other->private_key);
  EXPECT_NE(one->fingerprint, other->fingerprint);
}

TEST(SshKeyTest, ACommentThatWouldBreakALineIsRefused) {
  SystemRandom random;
  for (const std::string& comment :
       {std::string("a\nb"), std::string(1, '\0'), std::string(201, 'c')}) {
    EXPECT_EQ(GenerateSshKey(SshKeyType::kEd25519, comment, random).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(WipeTest, LeavesNothingInTheBuffer) {
  std::string secret(100, 's');
  const char* bytes = secret.data();
  Wipe(secret);
  EXPECT_TRUE(secret.empty());
  // The text keeps its buffer: it may be looked at.
  secret.resize(1);
  for (int i = 1; i < 100; ++i) ASSERT_EQ(bytes[i], 0) << i;
}

}  // namespace
}  // namespace kozmic
