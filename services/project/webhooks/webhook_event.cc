#include "services/project/webhooks/webhook_event.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "lib/base/json.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongestRef = 2048;
constexpr size_t kLongestAction = 64;
constexpr size_t kLongestMessage = 64 << 10;
constexpr absl::string_view kCutMark = "\n… (the message was cut at 64 KB)";

// Of all events, whose bodies have hundreds of members: those that are asked for below, by any
// path.
const JsonNames& Wanted() {
  static const auto& names = *new JsonNames{
      "action",       "after",     "author",     "avatar_url", "base",        "before",
      "body",         "deleted",   "full_name",  "head",       "head_commit", "hook_id",
      "id",           "label",     "login",      "message",    "name",        "number",
      "pull_request", "pushed_at", "ref",        "repo",       "repository",  "sender",
      "sha",          "title",     "updated_at", "user",       "username",    "zen"};
  return names;
}

bool IsPush(const Json& body) {
  return body.contains("ref") && body.contains("before") && body.contains("after");
}

bool IsPing(const Json& body) { return body.contains("zen") && body.contains("hook_id"); }

bool IsPullRequest(const Json& body) {
  return body.contains("pull_request") && body.contains("number") && body.contains("action");
}

WebhookEvent Ignored(absl::string_view outcome) {
  return {.kind = WebhookEvent::Kind::kIgnored, .outcome = std::string(outcome)};
}

absl::Status CheckHead(const Head& head) {
  if (!IsRefName(head.ref)) return absl::InvalidArgumentError("not the name of a ref");
  if (!github::IsObjectId(head.commit)) {
    return absl::InvalidArgumentError("not the object id of a commit");
  }
  return absl::OkStatus();
}

absl::StatusOr<WebhookEvent> ParsePush(const Json& body) {
  Head head;
  head.ref = JsonText(body, "ref").value_or("");
  head.commit = JsonText(body, "after").value_or("");
  KOZMIC_RETURN_IF_ERROR(CheckHead(head));
  const std::string before = JsonText(body, "before").value_or("");
  if (!github::IsObjectId(before)) {
    return absl::InvalidArgumentError("not the object id of what was before");
  }
  if (JsonBool(body, "deleted").value_or(false) ||
      head.commit.find_first_not_of('0') == std::string::npos) {
    return Ignored("The ref was deleted.");
  }
  const bool is_tag = absl::StartsWith(head.ref, "refs/tags/");
  if (!is_tag && !absl::StartsWith(head.ref, "refs/heads/")) {
    return Ignored("Only branches and tags are built.");
  }
  // An annotated tag is an object of its own, which names the commit.
  if (const auto tagged = JsonText(body, "head_commit.id"); is_tag && tagged.has_value()) {
    head.commit = *tagged;
    KOZMIC_RETURN_IF_ERROR(CheckHead(head));
  }

  // Null for a push whose commits GitHub does not describe; the commit is built all the same.
  head.message = JsonText(body, "head_commit.message").value_or("");
  head.author_name = JsonText(body, "head_commit.author.name").value_or("");
  head.author_login = JsonText(body, "head_commit.author.username").value_or("");
  if (!head.author_login.empty() && head.author_login == JsonText(body, "sender.login")) {
    head.author_avatar_url = JsonText(body, "sender.avatar_url").value_or("");
  }
  if (AsksToSkip(head.message)) return Ignored("The commit message asks to skip the build.");
  head.message = CutMessage(std::move(head.message));
  std::string branch_ref = head.ref;
  return WebhookEvent{
      .kind = WebhookEvent::Kind::kBuild,
      .head = std::move(head),
      .before = before,
      .source = "push",
      .trigger = is_tag ? kOnTag : kOnPush,
      .event_seconds = std::max<int64_t>(0, JsonInteger(body, "repository.pushed_at").value_or(0)),
      .branch_ref = std::move(branch_ref)};
}

// What a pull request from a fork asks to build: a commit that GitHub shows under a ref of the
// repository's own, in the name of who sent it. Whom the commit itself names is theirs to choose.
absl::Status ReadFork(const Json& body, const Json& head_json, int64_t number,
                      WebhookEvent& event) {
  event.fork = JsonText(head_json, "repo.full_name").value_or("");
  event.head.ref = absl::StrCat("refs/pull/", number, "/head");
  event.branch_ref =
      absl::StrCat("refs/heads/", JsonText(body, "pull_request.base.ref").value_or(""));
  event.head.author_login = JsonText(body, "sender.login").value_or("");
  event.head.author_avatar_url = JsonText(body, "sender.avatar_url").value_or("");
  if (!github::IsRepositoryName(event.fork) || !IsRefName(event.branch_ref) ||
      JsonInteger(body, "sender.id").value_or(0) <= 0 || event.head.author_login.empty()) {
    return absl::InvalidArgumentError("not a pull_request event of a fork");
  }
  return absl::OkStatus();
}

// A time of GitHub's, as seconds since 1970; 0 when there is none.
int64_t Seconds(const Json& body, absl::string_view path) {
  absl::Time time;
  std::string error;
  const auto text = JsonText(body, path);
  if (!text.has_value() || !absl::ParseTime(absl::RFC3339_full, *text, &time, &error)) return 0;
  return std::max<int64_t>(0, absl::ToUnixSeconds(time));
}

absl::StatusOr<WebhookEvent> ParsePullRequest(const Json& body) {
  const auto action = JsonText(body, "action");
  const Json* head_json = JsonAt(body, "pull_request.head");
  const int64_t number = JsonInteger(body, "number").value_or(0);
  if (!action.has_value() || head_json == nullptr || number <= 0) {
    return absl::InvalidArgumentError("not a pull_request event");
  }
  if (*action != "opened" && *action != "synchronize" && *action != "reopened") {
    return Ignored("Only opened, changed and reopened pull requests are built.");
  }
  const auto head_repository = JsonInteger(*head_json, "repo.id");
  if (!head_repository.has_value()) {
    return WebhookEvent{
        .kind = WebhookEvent::Kind::kFailed,
        .outcome = absl::StrCat("The repository that pull request #", number, " comes from (",
                                JsonText(*head_json, "label").value_or("unknown"),
                                ") was deleted at GitHub.")};
  }
  WebhookEvent event{.kind = WebhookEvent::Kind::kBuild,
                     .source = absl::StrCat("pull_request/", number),
                     .trigger = kOnPullRequest,
                     .pull_request = number,
                     .event_seconds = Seconds(body, "pull_request.updated_at")};
  Head& head = event.head;
  head.commit = JsonText(*head_json, "sha").value_or("");
  if (head_repository != JsonInteger(body, "repository.id")) {
    KOZMIC_RETURN_IF_ERROR(ReadFork(body, *head_json, number, event));
  } else {
    head.ref = absl::StrCat("refs/heads/", JsonText(*head_json, "ref").value_or(""));
    event.branch_ref = head.ref;
    head.author_login = JsonText(body, "pull_request.user.login").value_or("");
    head.author_avatar_url = JsonText(body, "pull_request.user.avatar_url").value_or("");
  }
  KOZMIC_RETURN_IF_ERROR(CheckHead(head));

  head.message = JsonText(body, "pull_request.title").value_or("");
  if (AsksToSkip(head.message) || AsksToSkip(JsonText(body, "pull_request.body").value_or(""))) {
    return Ignored("The pull request asks to skip the build.");
  }
  head.message = CutMessage(std::move(head.message));
  // Only "synchronize" says so.
  event.before = JsonText(body, "before").value_or("");
  if (!github::IsObjectId(event.before)) event.before.clear();
  return event;
}

absl::StatusOr<WebhookEvent> ParseByName(absl::string_view name, const Json& body) {
  // The name is not signed; the body is. A body that is another event than its name says was
  // tampered with, or sent by hand.
  const bool contradicts = IsPush(body) != (name == "push") || IsPing(body) != (name == "ping") ||
                           (name == "pull_request" && !IsPullRequest(body)) ||
                           (IsPullRequest(body) && !absl::StartsWith(name, "pull_request"));
  if (contradicts) {
    return absl::InvalidArgumentError(absl::StrCat("the body is not that of a ", name, " event"));
  }
  if (name == "push") return ParsePush(body);
  if (name == "pull_request") return ParsePullRequest(body);
  if (name == "repository" && JsonText(body, "action") == "deleted") {
    return WebhookEvent{.kind = WebhookEvent::Kind::kGone,
                        .outcome = "The repository was deleted at GitHub."};
  }
  if (name == "member" || name == "team_add" || name == "repository" || name == "public") {
    return WebhookEvent{.kind = WebhookEvent::Kind::kAccess,
                        .outcome = "GitHub was asked who has access."};
  }
  if (name != "ping") return Ignored(absl::StrCat("Nothing is done for \"", name, "\" events."));
  const auto hook_id = JsonInteger(body, "hook_id");
  if (!hook_id.has_value()) return absl::InvalidArgumentError("not a ping event");
  return WebhookEvent{.kind = WebhookEvent::Kind::kPing,
                      .outcome = "GitHub's test of the hook.",
                      .github_hook_id = *hook_id};
}

// At `text`, which starts with "[": whether it goes on as "<first> <blanks> <second>]".
bool MatchBracketed(absl::string_view text, absl::string_view first, absl::string_view second) {
  size_t at = 1;
  if (!absl::StartsWith(text.substr(at), first)) return false;
  at += first.size();
  const size_t blanks = at;
  while (at < text.size() && absl::ascii_isspace(static_cast<unsigned char>(text[at]))) ++at;
  if (at == blanks || !absl::StartsWith(text.substr(at), second)) return false;
  at += second.size();
  return at < text.size() && text[at] == ']';
}

}  // namespace

absl::StatusOr<WebhookEvent> ParseWebhookEvent(absl::string_view name, absl::string_view text) {
  KOZMIC_ASSIGN_OR_RETURN(const Json body, ParseJson(text, Wanted()));
  if (!body.is_object()) return absl::InvalidArgumentError("the body is not a JSON object");
  KOZMIC_ASSIGN_OR_RETURN(WebhookEvent event, ParseByName(name, body));
  event.repository_id = JsonInteger(body, "repository.id");
  event.action = JsonText(body, "action").value_or("").substr(0, kLongestAction);
  return event;
}

std::string CutMessage(std::string message) {
  if (message.size() <= kLongestMessage) return message;
  size_t cut = kLongestMessage - kCutMark.size();
  // Not in the middle of a character.
  while (cut > 0 && (static_cast<unsigned char>(message[cut]) & 0xC0) == 0x80) --cut;
  message.resize(cut);
  absl::StrAppend(&message, kCutMark);
  return message;
}

bool AsksToSkip(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (absl::StrContains(lower, "skip_ci") || absl::StrContains(lower, "ci_skip")) return true;
  const absl::string_view view = lower;
  // Blanks hold no bracket, so that no byte is looked at more than a few times.
  for (size_t at = view.find('['); at != absl::string_view::npos; at = view.find('[', at + 1)) {
    const absl::string_view rest = view.substr(at);
    if (MatchBracketed(rest, "ci", "skip") || MatchBracketed(rest, "skip", "ci")) {
      return true;
    }
  }
  return false;
}

bool IsRefName(absl::string_view ref) {
  if (ref.size() > kLongestRef || !absl::StartsWith(ref, "refs/")) return false;
  for (const char c : ref) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || absl::StrContains("~^:?*[\\", c)) return false;
  }
  if (absl::StrContains(ref, "..") || absl::StrContains(ref, "@{") || absl::EndsWith(ref, ".")) {
    return false;
  }
  for (const absl::string_view part : absl::StrSplit(ref, '/')) {
    if (part.empty() || part.front() == '.' || absl::EndsWith(part, ".lock")) return false;
  }
  return true;
}

}  // namespace kozmic::project
