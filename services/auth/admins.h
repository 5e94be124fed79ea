#ifndef KOZMIC_SERVICES_AUTH_ADMINS_H_
#define KOZMIC_SERVICES_AUTH_ADMINS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace kozmic::auth {

// Who administers this installation, by their logins at GitHub, in which case says nothing.
// Immutable.
class Admins {
 public:
  explicit Admins(const std::vector<std::string>& logins = {}) {
    for (const std::string& login : logins) logins_.insert(absl::AsciiStrToLower(login));
  }

  bool Has(absl::string_view login) const {
    return logins_.count(absl::AsciiStrToLower(login)) > 0;
  }

 private:
  std::set<std::string> logins_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ADMINS_H_
