#ifndef KOZMIC_LIB_GITHUB_API_H_
#define KOZMIC_LIB_GITHUB_API_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/github/http_client.h"
#include "lib/github/requester.h"

namespace kozmic::github {

struct User {
  int64_t id = 0;
  std::string login = {};
  // Empty when the user gave none.
  std::string name = {};
  std::string avatar_url = {};
};

struct AuthenticatedUser {
  User user;
  // What the token may do; nullopt when GitHub does not say (other kinds of tokens).
  std::optional<std::vector<std::string>> scopes;
};

struct Repository {
  int64_t id = 0;
  // "owner/name"
  std::string full_name = {};
  bool is_private = false;
  std::string html_url = {};
  // What the token's user may do there: who may administrate may push, who may push may pull.
  bool may_admin = false;
  bool may_push = false;
  bool may_pull = false;
  std::string default_branch = {};
  std::string owner_login = {};
  bool owner_is_organization = false;
  std::string owner_avatar_url = {};
  bool archived = false;
  // Empty when it has none.
  std::string description = {};
};

// All repositories that a user has explicit access to, in the order of their full names.
struct RepositoryListing {
  // Each once. Empty when not_modified.
  std::vector<Repository> repositories;
  // For the next listing: what tells whether a page has changed.
  std::vector<std::string> etags;
  // Nothing has changed since the listing that `etags` are of.
  bool not_modified = false;
};

// Told after each page of a listing. `pages_total` is 0 while unknown; `items` is how many were
// read, 0 while pages are merely compared. `pages_done` starts again from 1 when that shows that
// the listing must be read.
using Progress = std::function<void(int pages_done, int pages_total, int items)>;

// Who may use a repository, be it by invitation, a team, or as its organisation's member.
struct Collaborator {
  int64_t user_id = 0;
  std::string login = {};
  std::string avatar_url = {};
  // As in Repository. The role "maintain" pushes, "triage" pulls.
  bool may_admin = false;
  bool may_push = false;
  bool may_pull = false;
};

struct Hook {
  int64_t id = 0;
  std::string url = {};
  std::vector<std::string> events = {};
  bool active = false;
  // "json" or "form".
  std::string content_type = {};
};

struct NewHook {
  std::string url = {};
  std::string secret = {};
  std::vector<std::string> events;
};

// One try to deliver an event to a hook.
struct HookDelivery {
  int64_t id = 0;
  // Of the event: all tries have the same.
  std::string guid = {};
  absl::Time time = {};
  bool redelivery = false;
  // Of the answer; 502 and 504 when there was none.
  int status_code = 0;
};

struct HookDeliveryListing {
  // Newest first. Empty when not_modified.
  std::vector<HookDelivery> deliveries = {};
  // For the next listing; empty when GitHub gave none.
  std::string etag = {};
  // Nothing has changed since the listing that the etag is of.
  bool not_modified = false;
  // There are more than are read at most: the oldest are missing.
  bool is_cut = false;
};

// A commit, by a name that it has now.
struct Commit {
  // Lower-case hexadecimal object id.
  std::string id = {};
  std::string message = {};
  std::string author_name = {};
  // Empty when GitHub knows no user of the author's address.
  std::string author_login = {};
  std::string author_avatar_url = {};
};

struct DeployKey {
  int64_t id = 0;
  std::string title = {};
  // "ssh-ed25519 AAAA…", without a comment.
  std::string key = {};
  bool read_only = false;
};

struct CommitStatus {
  // "pending", "success", "failure", "error"
  std::string state = {};
  std::string context = {};
  std::string description = {};
  std::string target_url = {};

  bool operator==(const CommitStatus&) const = default;
};

// GitHub's REST API, in the version that we know. Thread-safe; each call takes the token of whom it
// acts for, and sends its requests one after another. A request takes at most `http.call_timeout`.
//
// Errors are those of AnswerStatus (answer.h) and HttpClient. An answer that is not as documented
// is UNAVAILABLE: one odd entry spoils its whole list, since who may do what is read from it. While
// GitHub wants a token to wait, its calls fail with UNAVAILABLE and the detail
// "retry-after-seconds" without being sent. What only reads is tried again a few times when GitHub
// fails; a change is sent once, and UNAVAILABLE leaves open whether it was made.
//
// `repository` is "owner/name" (INVALID_ARGUMENT otherwise).
class Api {
 public:
  // `http.base_url` is "https://api.github.com". `clock` must outlive this.
  Api(HttpClient::Options http, const Clock& clock);

  // Which tokens are to wait, for those who share them.
  RateGate& gate() const { return requester_.gate(); }

  absl::StatusOr<AuthenticatedUser> GetAuthenticatedUser(const std::string& token) const;

  // Also under a name that the repository had before; `full_name` tells today's.
  absl::StatusOr<Repository> GetRepository(const std::string& token,
                                           absl::string_view repository) const;

  // What the token's user owns, was invited to, or may use as a member of an organisation. `etags`
  // are those of the last listing, or empty; `progress` may be null. FAILED_PRECONDITION beyond
  // 20,000 repositories.
  // A repository that goes away while later pages are read can hide another one: before rights are
  // taken away for a repository that is not listed, GetRepository tells.
  absl::StatusOr<RepositoryListing> ListUserRepositories(const std::string& token,
                                                         const std::vector<std::string>& etags,
                                                         const Progress& progress) const;

  // All, also those who may only read. FAILED_PRECONDITION beyond 10,000.
  absl::StatusOr<std::vector<Collaborator>> ListCollaborators(const std::string& token,
                                                              absl::string_view repository) const;

  // An active web hook that sends JSON.
  absl::StatusOr<Hook> CreateHook(const std::string& token, absl::string_view repository,
                                  const NewHook& hook) const;
  // Makes the hook what CreateHook would have made.
  absl::StatusOr<Hook> UpdateHook(const std::string& token, absl::string_view repository,
                                  int64_t id, const NewHook& hook) const;
  absl::Status DeleteHook(const std::string& token, absl::string_view repository, int64_t id) const;
  absl::StatusOr<Hook> GetHook(const std::string& token, absl::string_view repository,
                               int64_t id) const;
  absl::StatusOr<std::vector<Hook>> ListHooks(const std::string& token,
                                              absl::string_view repository) const;

  // The hook's deliveries with numbers above `after`, newest first, at most 5,000. `etag` is of the
  // last listing, or empty.
  absl::StatusOr<HookDeliveryListing> ListHookDeliveries(const std::string& token,
                                                         absl::string_view repository, int64_t id,
                                                         int64_t after,
                                                         const std::string& etag) const;
  // GitHub is to try again; it does so in its own time, as a delivery of its own.
  absl::Status RedeliverHookDelivery(const std::string& token, absl::string_view repository,
                                     int64_t id, int64_t delivery_id) const;

  // `ref` is an object id, "heads/<branch>" or "tags/<tag>". NOT_FOUND or INVALID_ARGUMENT when
  // there is no such commit.
  absl::StatusOr<Commit> GetCommit(const std::string& token, absl::string_view repository,
                                   absl::string_view ref) const;

  // A key that may only read. `key` is a public key as in authorized_keys.
  absl::StatusOr<DeployKey> CreateDeployKey(const std::string& token, absl::string_view repository,
                                            absl::string_view title, absl::string_view key) const;
  absl::Status DeleteDeployKey(const std::string& token, absl::string_view repository,
                               int64_t id) const;
  absl::StatusOr<std::vector<DeployKey>> ListDeployKeys(const std::string& token,
                                                        absl::string_view repository) const;

  // The public keys of GitHub's SSH server, "ssh-ed25519 AAAA…", each fit for a line of
  // known_hosts. NOT_FOUND when the server names none.
  absl::StatusOr<std::vector<std::string>> GetSshHostKeys(const std::string& token) const;

  absl::Status CreateCommitStatus(const std::string& token, absl::string_view repository,
                                  absl::string_view sha, const CommitStatus& status) const;
  // The newest 100, newest first.
  absl::StatusOr<std::vector<CommitStatus>> ListCommitStatuses(const std::string& token,
                                                               absl::string_view repository,
                                                               absl::string_view sha) const;

 private:
  const Requester requester_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_API_H_
