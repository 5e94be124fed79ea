#include "services/project/webhooks/webhook_inbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/webhooks/stored_event.h"
#include "services/project/webhooks/webhook_event.h"

namespace kozmic::project {
namespace {

constexpr size_t kLargestBody = 25 << 20;
constexpr size_t kLongestName = 64;

absl::Status BadSignature() {
  return WithReason(absl::UnauthenticatedError("the signature is not good"), "bad_signature");
}

// The one value of a header that is a short word.
absl::StatusOr<std::string> OneWord(absl::string_view header,
                                    const std::vector<std::string>& values) {
  if (values.size() == 1 && !values[0].empty() && values[0].size() <= kLongestName &&
      std::all_of(values[0].begin(), values[0].end(),
                  [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; })) {
    return values[0];
  }
  return absl::InvalidArgumentError(absl::StrCat("needs exactly one ", header, ", a short word"));
}

}  // namespace

std::string SecretPlace(int64_t hook_id) { return absl::StrCat("hooks/", hook_id); }

struct WebhookInbox::Hook {
  HookKey key;
  std::string secret;
};

std::map<int64_t, absl::StatusOr<WebhookInbox::Hook>> WebhookInbox::HooksOf(
    const std::vector<IncomingWebhook>& webhooks) const {
  std::set<int64_t> named;
  for (const IncomingWebhook& webhook : webhooks) named.insert(webhook.hook_id);
  const std::vector<int64_t> hook_ids(named.begin(), named.end());
  auto keys = store_.GetHookKeys(hook_ids);
  std::map<int64_t, absl::StatusOr<Hook>> hooks;
  for (size_t i = 0; i < hook_ids.size(); ++i) {
    hooks.emplace(hook_ids[i], Open(hook_ids[i], std::move(keys[i])));
  }
  return hooks;
}

absl::StatusOr<WebhookInbox::Hook> WebhookInbox::Open(int64_t hook_id,
                                                      absl::StatusOr<HookKey> key) const {
  if (absl::IsNotFound(key.status())) return BadSignature();
  KOZMIC_RETURN_IF_ERROR(key.status());
  KOZMIC_ASSIGN_OR_RETURN(std::string secret,
                          secret_box_.Open(key->sealed_secret, SecretPlace(hook_id)));
  // Anyone can sign with nothing.
  if (secret.empty()) return absl::InternalError("the hook has no secret");
  return Hook{.key = *std::move(key), .secret = std::move(secret)};
}

absl::StatusOr<WebhookInbox::Judged> WebhookInbox::Judge(const IncomingWebhook& webhook,
                                                         const absl::StatusOr<Hook>& hook) const {
  if (webhook.body.size() > kLargestBody) {
    return absl::InvalidArgumentError("the body is larger than 25 MB");
  }
  if (webhook.signature.size() > 1) {
    return absl::InvalidArgumentError("needs exactly one X-Hub-Signature-256");
  }
  KOZMIC_RETURN_IF_ERROR(hook.status());
  const HookKey& key = hook->key;
  const std::string expected =
      absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(hook->secret, webhook.body)));
  if (webhook.signature.empty() || !ConstantTimeEquals(expected, webhook.signature[0])) {
    return BadSignature();
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string name, OneWord("X-GitHub-Event", webhook.event));
  KOZMIC_ASSIGN_OR_RETURN(const std::string guid, OneWord("X-GitHub-Delivery", webhook.delivery));
  KOZMIC_ASSIGN_OR_RETURN(const WebhookEvent event, ParseWebhookEvent(name, webhook.body));

  const bool is_ping = event.kind == WebhookEvent::Kind::kPing;
  const bool asks_build = event.kind == WebhookEvent::Kind::kBuild;
  const bool asks = asks_build || event.kind == WebhookEvent::Kind::kAccess ||
                    event.kind == WebhookEvent::Kind::kGone;
  if (event.repository_id.has_value() ? *event.repository_id != key.repository_id : asks) {
    return WithReason(absl::FailedPreconditionError("this hook belongs to another repository"),
                      "repository_mismatch");
  }
  if (is_ping && key.github_hook_id.value_or(event.github_hook_id) != event.github_hook_id) {
    return absl::InvalidArgumentError("Wrong hook URL");
  }
  if (is_ping && !key.github_hook_id.has_value()) {
    // Who made the hook may not live to hear its number from GitHub's answer.
    KOZMIC_RETURN_IF_ERROR(store_.FinishHook(webhook.hook_id, event.github_hook_id));
  }

  const DeliveryState state = asks                                        ? DeliveryState::kWaiting
                              : event.kind == WebhookEvent::Kind::kFailed ? DeliveryState::kFailed
                                                                          : DeliveryState::kIgnored;
  return Judged{.delivery = {.hook_id = webhook.hook_id,
                             .guid = guid,
                             .event = name,
                             .action = event.action,
                             .body = webhook.body,
                             .state = state,
                             .outcome = asks ? "" : event.outcome,
                             .ref = asks_build ? event.head.ref : "",
                             .commit = event.head.commit,
                             .before = event.before,
                             .source = event.source,
                             .stored_event = asks ? StoreEvent(event) : ""},
                .disposition = is_ping ? Disposition::kPong
                               : asks  ? Disposition::kAccepted
                                       : Disposition::kIgnored};
}

std::vector<absl::StatusOr<Disposition>> WebhookInbox::Accept(
    const std::vector<IncomingWebhook>& webhooks) const {
  const auto hooks = HooksOf(webhooks);
  std::vector<absl::StatusOr<Disposition>> answers;
  std::vector<NewDelivery> deliveries;
  // Which webhook each is of.
  std::vector<size_t> delivered_by;
  for (const IncomingWebhook& webhook : webhooks) {
    auto judged = Judge(webhook, hooks.at(webhook.hook_id));
    if (judged.ok()) {
      deliveries.push_back(std::move(judged->delivery));
      delivered_by.push_back(answers.size());
      answers.emplace_back(judged->disposition);
    } else {
      answers.emplace_back(judged.status());
    }
  }
  if (deliveries.empty()) return answers;
  const auto added = store_.AddDeliveries(deliveries);
  bool any_waits = false;
  for (size_t i = 0; i < added.size(); ++i) {
    absl::StatusOr<Disposition>& answer = answers[delivered_by[i]];
    if (!added[i].ok()) {
      answer = added[i].status();
    } else if (!*added[i] && *answer != Disposition::kPong) {
      answer = Disposition::kDuplicate;
    }
    any_waits = any_waits || (answer.ok() && *answer == Disposition::kAccepted);
  }
  if (any_waits) wake_();
  return answers;
}

}  // namespace kozmic::project
