#include "gateway/webhook_route.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/answer.h"
#include "gateway/json_text.h"
#include "gateway/text.h"
#include "lib/trace/span.h"

namespace kozmic::gateway {
namespace {

using Answer = project::v1::AcceptWebhooksResponse;

constexpr int kMostValues = 4;
constexpr size_t kLongestValue = 512;

// False when a value could not have come from GitHub.
bool CopyValues(const http::Exchange& exchange, const char* name,
                google::protobuf::RepeatedPtrField<std::string>* values) {
  const auto [begin, end] = exchange.request.headers.equal_range(name);
  for (auto header = begin; header != end; ++header) {
    const std::string& value = header->second;
    const bool ascii = std::all_of(value.begin(), value.end(),
                                   [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
    if (!ascii || value.size() > kLongestValue || values->size() == kMostValues) return false;
    *values->Add() = value;
  }
  return true;
}

const char* DispositionText(Answer::Disposition disposition) {
  switch (disposition) {
    case Answer::DISPOSITION_DUPLICATE:
      return "duplicate";
    case Answer::DISPOSITION_IGNORED:
      return "ignored";
    case Answer::DISPOSITION_PONG:
      return "pong";
    default:
      return "accepted";
  }
}

}  // namespace

void AcceptWebhook(WebhookForwarder& forwarder, http::Exchange& exchange) {
  const std::optional<int64_t> hook = ParseNumber(exchange.Variable("hook"), 1);
  project::v1::Webhook webhook;
  if (!CopyValues(exchange, "X-GitHub-Event", webhook.mutable_event()) ||
      !CopyValues(exchange, "X-GitHub-Delivery", webhook.mutable_delivery()) ||
      !CopyValues(exchange, "X-Hub-Signature-256", webhook.mutable_signature())) {
    return ReplyError(exchange, 400, "bad_header", "A header of the delivery is malformed.");
  }
  // What follows is known by GitHub's own name for it: once it is seen that GitHub has signed it.
  const std::string trace = webhook.delivery().empty() ? "" : TraceIdOf(webhook.delivery(0));
  const absl::Time begin = absl::Now();
  absl::Status status = absl::NotFoundError("");
  if (hook) {
    webhook.set_hook_id(*hook);
    webhook.set_body(exchange.request.body);
    const auto accepted = forwarder.Accept(std::move(webhook));
    if (accepted.ok()) {
      exchange.trace_id = trace;
      RecordRoot(trace, "webhook", begin, absl::Now(),
                 {{"kozmic.result", std::string(DispositionText(*accepted))}});
      return Reply(exchange, 200, JsonObject({{"result", DispositionText(*accepted)}}));
    }
    status = accepted.status();
  }
  // Which hooks exist is told to nobody who cannot sign for them.
  if (absl::IsNotFound(status) || absl::IsUnauthenticated(status)) {
    return ReplyError(exchange, 401, "bad_signature", "The delivery's signature is not good.");
  }
  ReplyStatus(exchange, status);
}

}  // namespace kozmic::gateway
