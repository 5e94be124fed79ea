#ifndef KOZMIC_GATEWAY_TRANSLATE_DELIVERY_H_
#define KOZMIC_GATEWAY_TRANSLATE_DELIVERY_H_

#include "absl/strings/string_view.h"
#include "gateway/json_text.h"
#include "kozmic/project/v1/project.pb.h"

namespace kozmic::gateway {

// API.md's Delivery, without its body.
JsonText ToJson(const project::v1::Delivery& delivery);
// With it; bytes of it that are not UTF-8 become U+FFFD.
JsonText WithBodyToJson(const project::v1::Delivery& delivery);

// "waiting", "built" and so on; STATE_UNSPECIFIED for any other word.
project::v1::Delivery::State ParseDeliveryState(absl::string_view word);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_DELIVERY_H_
