#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_EVENT_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/project/hooks/hook_fields.h"

namespace kozmic::project {

// A commit that an event asks to build.
struct Head {
  // "refs/heads/main"; "refs/pull/7/head" when the commit comes from a fork.
  std::string ref = {};
  // Lower-case hexadecimal object id.
  std::string commit = {};
  // At most 64 KB; a longer one is cut and says so.
  std::string message = {};
  std::string author_name = {};
  std::string author_login = {};
  std::string author_avatar_url = {};
};

// What a webhook event says to Kozmic CI.
struct WebhookEvent {
  enum class Kind {
    // GitHub tests the hook.
    kPing,
    // `head` is to be built.
    kBuild,
    // Who may see the repository, or what it is called, has changed: GitHub is to be asked. What
    // the event itself says of that is not believed.
    kAccess,
    // The repository was deleted.
    kGone,
    // A build that can never be; `outcome` says why.
    kFailed,
    // Nothing; `outcome` says why.
    kIgnored,
  };

  Kind kind = Kind::kIgnored;
  std::string outcome = {};
  // What of such an event happened ("opened"), if it says so.
  std::string action = {};
  std::optional<int64_t> repository_id = {};
  // Of a ping.
  int64_t github_hook_id = 0;
  Head head = {};
  // Of a build: what the ref was before, as every event of one push says alike; empty when the
  // event does not tell of a push.
  std::string before = {};
  // Of a build: who tells of it. Of one source, a hook hears of one push once: "push",
  // "pull_request/7".
  std::string source = {};
  // Of a build: what kind of event it is, as hooks choose among them.
  Trigger trigger = kOnPush;
  // Of kOnPullRequest: its number.
  int64_t pull_request = 0;
  // Of a build: when it happened, in seconds since 1970; 0 when the event does not say.
  int64_t event_seconds = 0;
  // "owner/name" of the fork that the commit comes from, which is not to be trusted; empty when it
  // is the repository's own.
  std::string fork = {};
  // The ref that hooks' branches are matched with: head.ref, but of a pull request from a fork the
  // branch that it is for. What strangers call theirs chooses nothing.
  std::string branch_ref = {};
};

// Reads an event of the given name (X-GitHub-Event). INVALID_ARGUMENT when the body is not JSON or
// not such an event, or names a ref or commit that git could not.
absl::StatusOr<WebhookEvent> ParseWebhookEvent(absl::string_view name, absl::string_view body);

// Whether a text asks that its commit be not built: "[ci skip]", "[skip ci]" (any blanks between
// the words), "skip_ci" or "ci_skip", in any case. Takes time linear in the text.
bool AsksToSkip(absl::string_view text);

// The message as it is kept: cut at 64 KB, which it then says.
std::string CutMessage(std::string message);

// Whether git would take this as a ref's full name ("refs/heads/main"): git-check-ref-format(1).
bool IsRefName(absl::string_view ref);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_EVENT_H_
