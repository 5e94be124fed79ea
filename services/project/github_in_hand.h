#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_IN_HAND_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_IN_HAND_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lib/testing/http_server.h"
#include "nlohmann/json.hpp"

namespace kozmic::project {

// A GitHub with one repository, octo/hello (9), whose faults the test sets. Tokens that begin with
// "good" are accepted. The public members are the test's and the server's at once: under `mutex`
// unless they are atomic.
class GithubInHand {
 public:
  static constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

  GithubInHand();

  std::string url() const { return http_.url(); }

  // Answers of the repository itself.
  std::atomic<int> repository_status{200};
  std::atomic<bool> admin{true};
  std::atomic<bool> is_private{false};
  std::atomic<int64_t> repository_id{9};

  absl::Mutex mutex;
  // "octo/hello" unless it was renamed: the old name then leads to the new one.
  std::string full_name = "octo/hello";
  int collaborators_status = 200;
  // By GitHub id: "pull", "triage", "push", "maintain" or "admin".
  std::map<int64_t, std::string> collaborators = {{101, "admin"}};

  // Of lists of hooks, of changes of them, and of deletions.
  int hooks_status = 200;
  int hook_status = 201;
  int delete_status = 204;
  // The answer is an error, but the hook was made.
  bool hook_made_anyway = false;
  // Another one makes each hook a moment before it is asked for: GitHub refuses the second.
  bool hook_made_by_another = false;
  std::map<int64_t, nlohmann::json> hooks;
  int64_t next_hook = 77;

  int keys_status = 200;
  int key_status = 201;
  std::map<int64_t, nlohmann::json> keys;
  int64_t next_key = 500;

  // Of the public facts about GitHub itself.
  std::atomic<int> meta_status{200};

  int post_status = 201;
  std::vector<nlohmann::json> statuses;

  // Of GET /user/repos: what each page holds; its ETag is a digest of it.
  int listing_status = 200;
  std::vector<nlohmann::json> pages;
  // How many answers told something new, and how many that nothing was.
  int pages_told = 0;
  int pages_unmodified = 0;

  // An entry of `pages`.
  static nlohmann::json Repository(int64_t id, const std::string& full_name,
                                   const std::string& permission, bool is_private = false);

 private:
  void ServeRepository();
  void ServeHooks();
  void ServeKeys();
  void ServeStatuses();
  void ServeListing();

  TestHttpServer http_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_IN_HAND_H_
