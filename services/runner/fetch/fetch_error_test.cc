#include "services/runner/fetch/fetch_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

// As programs really say it: git 2.39 and OpenSSH 9.2, of GitHub and of this machine.
TEST(FetchErrorTest, KnowsGitsAndSshsWords) {
  constexpr char kNoAccess[] =
      "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct "
      "access rights\nand the repository exists.\n";
  const struct {
    absl::StatusCode code;
    std::string words;
  } cases[] = {
      {absl::StatusCode::kNotFound, "fatal: remote error: upload-pack: not our ref dddd\n"},
      {absl::StatusCode::kNotFound, "fatal: repository 'https://github.com/a/b/' not found\n"},
      {absl::StatusCode::kNotFound, absl::StrCat("ERROR: Repository not found.\r\n", kNoAccess)},
      {absl::StatusCode::kNotFound,
       absl::StrCat("fatal: '/x' does not appear to be a git repository\r\n", kNoAccess)},
      {absl::StatusCode::kPermissionDenied,
       "fatal: could not read Username for 'https://github.com': terminal prompts disabled\n"},
      {absl::StatusCode::kPermissionDenied,
       absl::StrCat("git@github.com: Permission denied (publickey).\r\n", kNoAccess)},
      {absl::StatusCode::kUnauthenticated,
       absl::StrCat("No ED25519 host key is known for github.com and you have requested strict "
                    "checking.\r\nHost key verification failed.\r\n",
                    kNoAccess)},
      {absl::StatusCode::kUnauthenticated,
       absl::StrCat("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
                    "Host key verification failed.\r\n",
                    kNoAccess)},
      {absl::StatusCode::kUnavailable,
       absl::StrCat("ssh: Could not resolve hostname no.such: Name or service not known\r\n",
                    kNoAccess)},
      {absl::StatusCode::kUnavailable,
       absl::StrCat("ssh: connect to host github.com port 22: Connection timed out\r\n",
                    kNoAccess)},
      {absl::StatusCode::kUnavailable,
       absl::StrCat("kex_exchange_identification: Connection closed by remote host\r\n",
                    "Connection closed by 140.82.121.3 port 22\r\n", kNoAccess)},
      {absl::StatusCode::kUnavailable,
       absl::StrCat("Timeout, server github.com not responding.\r\n", kNoAccess)},
      {absl::StatusCode::kUnavailable,
       "fatal: unable to access 'https://h/': Could not resolve host: h\n"},
      {absl::StatusCode::kInternal, absl::StrCat("sh: 1: ssh: not found\n", kNoAccess)},
      {absl::StatusCode::kInternal, "fatal: bad object\n"},
  };
  for (const auto& [code, words] : cases) {
    EXPECT_EQ(FetchError("dddd", words).code(), code) << words;
  }
}

TEST(FetchErrorTest, RefusedKeyIsToldFromOtherRefusals) {
  EXPECT_EQ(Reason(FetchError("d", "git@h: Permission denied (publickey).\r\n")), kKeyRefused);
  EXPECT_EQ(Reason(FetchError("d", "fatal: Authentication failed for 'https://h/'\n")), "");
}

}  // namespace
}  // namespace kozmic::runner
