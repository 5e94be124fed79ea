#ifndef KOZMIC_SERVICES_RUNNER_FETCH_GIT_FETCHER_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_GIT_FETCHER_H_

#include <map>
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
#include "services/runner/fetch/git_command.h"

namespace kozmic::runner {

struct CheckoutRequest {
  // Names the mirror: "projects/7".
  std::string project;
  // http or https, or with a key ssh, of an allowed host.
  std::string clone_url;
  // A deploy key, as ssh reads it, and the known_hosts lines of whom it may be shown to. Empty:
  // none is needed.
  std::string ssh_private_key;
  std::vector<std::string> ssh_known_hosts;
  // Lower-case hexadecimal.
  std::string commit;
  // "refs/heads/main": names the local branch. "refs/pull/7/head": where a commit of a fork is to
  // be found if the host does not give it away by its id; no other kind is given to git.
  std::string ref;
  // An empty folder, which becomes the clone.
  std::string target;
};

// Fetches commits into one bare mirror per project and makes real clones of it, in which HEAD is
// the commit. Clones share nothing with the mirror: a job may do what it likes to its own.
//
// git runs confined (see GitCommand, and SshAccess for where a key is meanwhile), as another user
// if one is named, with no submodules, and with nothing of the repository in its arguments but a
// commit's id and a pull request's number. Thread-safe; fetches of one project wait for each other.
class GitFetcher {
 public:
  struct Options {
    std::string cache_folder;
    // URLs must start with one of these, up to a "/"; empty: any host.
    std::vector<std::string> clone_url_prefixes = {};
    // They may also be file:///…, whoever owns that.
    bool local_sources = false;
    // Whom git runs as. It must be able to enter the cache's folder, and what the targets are in.
    GitUser user = {};
    absl::Duration fetch_timeout = absl::Minutes(10);
    absl::Duration checkout_timeout = absl::Minutes(10);
  };

  explicit GitFetcher(Options options);

  // As FetchError has it: NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, UNAVAILABLE, INTERNAL.
  // Also PERMISSION_DENIED when the URL is not allowed; INVALID_ARGUMENT for a request that could
  // not be carried out safely; CANCELLED; DEADLINE_EXCEEDED.
  absl::Status Checkout(const CheckoutRequest& request, std::stop_token stop);

  // What git calls each of the paths in a checked-out request's commit: "100644 blob <id>" of a
  // file, "040000 tree <id>" of a folder and all below it ("." is the root); "" where there is
  // nothing. INTERNAL, CANCELLED, DEADLINE_EXCEEDED.
  absl::StatusOr<std::map<std::string, std::string>> ObjectsAt(
      const CheckoutRequest& request, const std::vector<std::string>& paths,
      std::stop_token stop) const;

  // What `git config --list -z` says of a checked-out request's .gitmodules. NOT_FOUND when the
  // commit has none; FAILED_PRECONDITION when it is no such file, or too large.
  absl::StatusOr<std::string> ModulesAt(const CheckoutRequest& request, std::stop_token stop) const;

  // The folder of a project's mirror.
  std::string MirrorPath(const std::string& project) const;
  // Removes a project's mirror.
  void ForgetMirror(const std::string& project);

 private:
  struct Mirror {
    absl::Mutex mutex;
    // The commit of the last fetch, which need not be asked for again.
    std::string newest ABSL_GUARDED_BY(mutex);
    // By this process; what an earlier one fetched may have been cut off by a crash of the machine.
    bool fetched ABSL_GUARDED_BY(mutex) = false;
  };

  std::shared_ptr<Mirror> MirrorOf(const std::string& project);
  absl::Status Fetch(const std::string& mirror, const CheckoutRequest& request,
                     std::stop_token stop);
  absl::Status FetchOnce(const std::string& mirror, const CheckoutRequest& request,
                         std::stop_token stop);
  // Makes the target a clone, by the mirror; fetches what that lacks. True when that was proven
  // good by a fetch.
  absl::StatusOr<bool> Clone(const CheckoutRequest& request, const std::stop_token& stop);
  // `wanted`: what is to become the mirror's newest commit, an id or a ref.
  absl::Status FetchRefs(const std::string& mirror, const CheckoutRequest& request,
                         absl::string_view wanted, std::stop_token stop);
  // Makes the request's commit the mirror's newest if it is there. NOT_FOUND.
  absl::Status KeepCommit(const std::string& mirror, const std::string& commit,
                          std::stop_token stop);
  // Fills in what there is of the paths, which are few enough.
  absl::Status ListObjects(const CheckoutRequest& request, const std::vector<std::string>& paths,
                           std::map<std::string, std::string>& objects, std::stop_token stop) const;
  // An empty one, git's own.
  absl::Status MakeMirror(const std::string& mirror) const;

  const Options options_;
  const GitCommand git_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Mirror>> mirrors_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_GIT_FETCHER_H_
