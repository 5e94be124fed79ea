#ifndef KOZMIC_SERVICES_RUNNER_GIT_FETCHER_H_
#define KOZMIC_SERVICES_RUNNER_GIT_FETCHER_H_

#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/runner/child_process.h"

namespace kozmic::runner {

struct CheckoutRequest {
  // Names the mirror: "projects/7".
  std::string project;
  // http or https, of an allowed host.
  std::string clone_url;
  // Lower-case hexadecimal.
  std::string commit;
  // "refs/heads/main"; only a name for the local branch, never given to git as an argument.
  std::string ref;
  // An empty folder, which becomes the clone.
  std::string target;
};

// Fetches commits into one bare mirror per project and makes real clones of it, in which HEAD is
// the commit. Clones share nothing with the mirror: a job may do what it likes to its own.
//
// git runs confined: no system or user configuration, no prompts, no hooks, no protocol but http
// and https, no submodules, nothing of the repository in its arguments but a commit's id.
// Thread-safe; fetches of one project wait for each other.
class GitFetcher {
 public:
  struct Options {
    std::string cache_folder;
    // URLs must start with one of these, up to a "/"; empty: any host.
    std::vector<std::string> clone_url_prefixes = {};
    absl::Duration fetch_timeout = absl::Minutes(10);
    absl::Duration checkout_timeout = absl::Minutes(10);
  };

  explicit GitFetcher(Options options);

  // NOT_FOUND, naming the commit, when the repository does not have it; PERMISSION_DENIED when
  // it may not be read, or its URL is not allowed; UNAVAILABLE when its host cannot be reached;
  // INVALID_ARGUMENT for a request that could not be carried out safely; CANCELLED;
  // DEADLINE_EXCEEDED; INTERNAL for the rest, with git's own words.
  absl::Status Checkout(const CheckoutRequest& request, std::stop_token stop);

 private:
  struct Mirror {
    absl::Mutex mutex;
    // The commit of the last fetch, which need not be asked for again.
    std::string newest ABSL_GUARDED_BY(mutex);
  };

  std::shared_ptr<Mirror> MirrorOf(const std::string& project);
  absl::Status Fetch(const std::string& mirror, const CheckoutRequest& request,
                     std::stop_token stop);
  absl::Status FetchOnce(const std::string& mirror, const CheckoutRequest& request,
                         std::stop_token stop);
  absl::StatusOr<ChildResult> Git(const std::vector<std::string>& arguments, absl::Duration timeout,
                                  std::stop_token stop) const;

  const Options options_;
  const std::string empty_home_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Mirror>> mirrors_ ABSL_GUARDED_BY(mutex_);
};

// Whether a URL may be cloned from.
absl::Status CheckCloneUrl(absl::string_view url, const std::vector<std::string>& prefixes);
// The local branch for a ref, "" when HEAD is better detached.
std::string LocalBranch(absl::string_view ref);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_GIT_FETCHER_H_
