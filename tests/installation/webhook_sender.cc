#include "tests/installation/webhook_sender.h"

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "httplib.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr int kTimeoutSeconds = 10;  // GitHub's

// In a hook's body: what differs between pushes.
constexpr char kRef[] = "<ref>";
constexpr char kBefore[] = "<before>";
constexpr char kAfter[] = "<after>";

std::string CommitOf(int64_t seed, int number) {
  return Sha256Hex(absl::StrCat("push ", number, " of ", seed)).substr(0, 40);
}

std::string BodyOf(const WebhookSender::Hook& hook, int64_t seed, int number) {
  return absl::StrReplaceAll(
      hook.body,
      {{kRef, hook.ref}, {kBefore, CommitOf(seed, number - 1)}, {kAfter, CommitOf(seed, number)}});
}

void SendOne(httplib::Client& client, const WebhookSender::Hook& hook, const std::string& body,
             WebhookSender::Sent& sent) {
  const httplib::Headers headers = {
      {"X-GitHub-Event", "push"},
      {"X-GitHub-Delivery", sent.guid},
      {"X-Hub-Signature-256",
       absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(hook.secret, body)))}};
  const absl::Time begun = absl::Now();
  const httplib::Result answer = client.Post(hook.path, headers, body, "application/json");
  sent.time = absl::Now() - begun;
  if (answer) sent.status = answer->status;
}

}  // namespace

absl::StatusOr<WebhookSender::Hook> WebhookSender::Find(Installation& installation,
                                                        const std::string& repository) {
  GithubSimulator& github = installation.github();
  const std::string hooks = absl::StrCat("/repos/", repository, "/hooks");
  const std::string& token = GithubSimulator::kToken;
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json all, github.Api(token, "GET", hooks));
  const std::string id = all.empty() ? "none" : DumpJson(all[0]["id"]);
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json config,
                          github.Control("GET", absl::StrCat("/hooks/", id)));
  const std::string deliveries = absl::StrCat(hooks, "/", id, "/deliveries");
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json list, github.Api(token, "GET", deliveries));
  Hook hook;
  hook.gateway = installation.gateway_url();
  hook.secret = JsonText(config, "secret").value_or("");
  hook.path = JsonText(config, "url").value_or("");
  hook.path.erase(0, hook.gateway.size());
  nlohmann::json payload;
  for (const nlohmann::json& delivery : list) {
    if (JsonText(delivery, "event") != "push") continue;
    KOZMIC_ASSIGN_OR_RETURN(
        const nlohmann::json whole,
        github.Api(token, "GET", absl::StrCat(deliveries, "/", DumpJson(delivery["id"]))));
    if (const nlohmann::json* found = JsonAt(whole, "request.payload")) payload = *found;
  }
  if (payload.is_null()) return absl::NotFoundError("GitHub has sent no push to the hook");
  hook.ref = JsonText(payload, "ref").value_or("");
  payload["ref"] = kRef;
  payload["before"] = kBefore;
  payload["after"] = kAfter;
  payload["head_commit"]["id"] = kAfter;
  hook.body = DumpJson(payload);
  return hook;
}

std::vector<WebhookSender::Sent> WebhookSender::Send(
    const std::vector<Hook>& hooks, int64_t seed, int count, int connections,
    const std::function<void(const Sent&)>& answered) {
  std::vector<Sent> all(static_cast<size_t>(count));
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      httplib::Client client(hooks.front().gateway);
      client.set_keep_alive(true);
      client.set_tcp_nodelay(true);
      client.set_read_timeout(kTimeoutSeconds);
      for (int number = next++; number < count; number = next++) {
        const Hook& hook = hooks[static_cast<size_t>(number) % hooks.size()];
        Sent& sent = all[static_cast<size_t>(number)];
        sent.guid = absl::StrCat("seed-", seed, "-", number);
        sent.commit = CommitOf(seed, number);
        SendOne(client, hook, BodyOf(hook, seed, number), sent);
        if (answered) answered(sent);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return all;
}

}  // namespace kozmic
