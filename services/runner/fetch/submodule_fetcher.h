#ifndef KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_FETCHER_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_FETCHER_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runner/fetch/git_fetcher.h"
#include "services/runner/fetch/submodule_list.h"

namespace kozmic::runner {

// Fetches a clone's submodules, and theirs, each as a clone of its own in its place. They are as
// confined as the clone is (see GitFetcher), with mirrors of their own for each project. Nothing
// that a repository says becomes a name outside of its folder. Thread-safe.
class SubmoduleFetcher {
 public:
  struct Options {
    // URLs must start with one of these; empty: any of the same host.
    std::vector<std::string> clone_url_prefixes = {};
    // Of all together.
    int most = 100;
    // In each other.
    int deepest = 5;
    absl::Duration timeout = absl::Minutes(20);
    // Of each repository: what is fetched of it, and what is checked out.
    int64_t most_bytes = int64_t{2} << 30;
  };
  using Say = std::function<void(absl::string_view line)>;

  // Not owned.
  SubmoduleFetcher(GitFetcher& git, Options options) : git_(git), options_(std::move(options)) {}

  // For a checked-out request; `say` gets a line of each submodule. Each error names the submodule:
  // FAILED_PRECONDITION when .gitmodules asks for what is not done; otherwise as
  // GitFetcher::Checkout, and RESOURCE_EXHAUSTED when one is too large.
  absl::Status Fetch(const CheckoutRequest& request, const std::stop_token& stop,
                     const Say& say) const;

 private:
  struct Run {
    const CheckoutRequest& main;
    const SubmoduleSite site;
    const std::stop_token stop;
    const Say& say;
    const absl::Time deadline;
    int count = 0;
  };

  // Of one clone. `prefix`: its place in the main one ("libs/x/"), `repository`: which it is of.
  absl::Status FetchIn(const CheckoutRequest& clone, const std::string& repository,
                       const std::string& prefix, int depth, Run& run) const;
  absl::Status FetchOne(const CheckoutRequest& clone, const Submodule& submodule,
                        const std::string& commit, const std::string& repository,
                        const std::string& prefix, int depth, Run& run) const;
  absl::Status Checkout(const CheckoutRequest& request, const Run& run) const;

  GitFetcher& git_;
  const Options options_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_FETCHER_H_
