#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_CHECKOUTS_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_CHECKOUTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/project/clients/token_source.h"
#include "services/project/credentials/deploy_keys.h"
#include "services/project/credentials/registry_credentials.h"
#include "services/project/credentials/secrets.h"
#include "services/project/credentials/ssh_hosts.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// What a runner is given for one attempt.
struct Checkout {
  std::string clone_url = {};
  // Of a private repository.
  std::string ssh_private_key = {};
  std::vector<std::string> ssh_known_hosts = {};
  std::map<std::string, std::string> secrets = {};
  std::vector<RegistryCredential> registry_credentials = {};
};

// Gives out what jobs need, for attempts whose lease is known to be live. Thread-safe.
class Checkouts {
 public:
  struct Parts {
    ProjectStore& projects;
    TokenSource& tokens;
    const DeployKeys& keys;
    const Secrets& secrets;
    const RegistryCredentials& registries;
    SshHosts& ssh;
    // "https://github.com"
    std::string github_web_url;
  };

  // All must outlive this.
  explicit Checkouts(Parts parts) : parts_(std::move(parts)) {}

  struct Wanted {
    // A commit of a fork gets no secret, no registry's credentials and no key (FAILED_PRECONDITION
    // where it would need one).
    bool fork = false;
    // What was given out before did not open the repository.
    bool refused = false;
    // Whose registries' credentials are given out.
    std::vector<std::string> images = {};
  };
  // Where the code is fetched from is on the configured GitHub, whatever else the repository says
  // of itself. Errors: as ProjectService.IssueCheckout.
  absl::StatusOr<Checkout> Issue(int64_t project_id, const Wanted& wanted) const;

 private:
  absl::Status AddKey(const ProjectRecord& project, bool refused, Checkout& checkout) const;

  const Parts parts_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_CHECKOUTS_H_
