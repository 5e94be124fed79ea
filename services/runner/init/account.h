#ifndef KOZMIC_SERVICES_RUNNER_INIT_ACCOUNT_H_
#define KOZMIC_SERVICES_RUNNER_INIT_ACCOUNT_H_

#include <sys/types.h>

#include <cstddef>

#include "services/runner/init/text.h"

namespace kozmic::init {

// A user of the image, as its own files name it (no name service is asked).
struct Account {
  static constexpr size_t kMaxGroups = 64;

  uid_t uid = 0;
  gid_t gid = 0;
  Text<512> home;
  Text<256> shell;
  // Supplementary.
  gid_t groups[kMaxGroups] = {};
  size_t group_count = 0;
};

// Finds the user in `root`/etc/passwd or adds it there (and to group and shadow) with the first
// free id from 1000 on. `root` is the image's root folder, open. False with a sentence in
// `*problem` when its files cannot be read or written.
bool EnsureAccount(int root, const char* name, const char* home, Account* account, Line* problem);

// Lets the user become anybody without a password where the image has sudo; does nothing
// elsewhere.
bool AllowSudo(int root, const char* name, Line* problem);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_ACCOUNT_H_
