#ifndef KOZMIC_TESTS_INSTALLATION_PERSON_H_
#define KOZMIC_TESTS_INSTALLATION_PERSON_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/installation/installation.h"

namespace kozmic {

// Somebody who has signed in with GitHub, and uses the gateway's API as a browser does. Statuses
// are what was answered: OK for a 2xx, UNAVAILABLE for 502 to 504 and for no answer,
// FAILED_PRECONDITION for others, with status and body. Not thread-safe.
class Person {
 public:
  // Of the installation, which must outlive this. Signs in.
  static absl::StatusOr<Person> SignIn(Installation& installation, const std::string& login);

  // Below /api/v1.
  absl::StatusOr<nlohmann::json> Get(const std::string& path);
  absl::StatusOr<std::string> GetText(const std::string& path);
  absl::StatusOr<nlohmann::json> Change(const std::string& method, const std::string& path,
                                        const nlohmann::json& body = nullptr);
  // For a request of the test's own.
  std::string CookieHeader() const;

 private:
  explicit Person(Installation& installation) : installation_(&installation) {}

  absl::Status SignIn(const std::string& login);

  Installation* installation_;
  std::map<std::string, std::string> cookies_;
  std::string csrf_token_;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_PERSON_H_
