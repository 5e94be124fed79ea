#include "gateway/translate_delivery.h"

#include <string>

#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

using project::v1::Delivery;

const char* StateText(Delivery::State state) {
  switch (state) {
    case Delivery::STATE_BUILT:
      return "built";
    case Delivery::STATE_IGNORED:
      return "ignored";
    case Delivery::STATE_FAILED:
      return "failed";
    case Delivery::STATE_DONE:
      return "done";
    default:
      return "waiting";
  }
}

}  // namespace

JsonText ToJson(const Delivery& delivery) {
  const JsonText builds = JsonArrayOf(
      delivery.builds(), [](const std::string& build) { return JsonValue(LastNumber(build)); });
  return JsonObject(
      {{"id", LastNumber(delivery.name())},
       {"hook_id", NumberOrNull(LastNumber(delivery.hook()))},
       {"hook_title", delivery.hook_title()},
       {"guid", delivery.guid()},
       {"event", delivery.event()},
       {"action", delivery.action()},
       {"ref", delivery.ref()},
       {"commit", delivery.commit()},
       {"received_at", TimeJson(delivery.has_receive_time(), delivery.receive_time())},
       {"status", StateText(delivery.state())},
       {"outcome", delivery.outcome()},
       {"builds", builds},
       {"receipts", delivery.receipts()},
       {"body_size", delivery.body_size()}});
}

JsonText WithBodyToJson(const Delivery& delivery) {
  JsonText json = ToJson(delivery);
  json.text.back() = ',';
  json.text += "\"body\":";
  JsonValue(delivery.body()).AppendTo(json.text);
  json.text += '}';
  return json;
}

Delivery::State ParseDeliveryState(absl::string_view word) {
  for (const Delivery::State state :
       {Delivery::STATE_WAITING, Delivery::STATE_BUILT, Delivery::STATE_IGNORED,
        Delivery::STATE_FAILED, Delivery::STATE_DONE}) {
    if (word == StateText(state)) return state;
  }
  return Delivery::STATE_UNSPECIFIED;
}

}  // namespace kozmic::gateway
