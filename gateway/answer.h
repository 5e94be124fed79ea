#ifndef KOZMIC_GATEWAY_ANSWER_H_
#define KOZMIC_GATEWAY_ANSWER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/json_text.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Answers for programs; never stored by a cache.
void Reply(http::Exchange& exchange, int status, const JsonText& body);
// {"code", "message"}.
void ReplyError(http::Exchange& exchange, int status, absl::string_view code,
                absl::string_view message);
// 503, to be asked again in a moment: as many do the same already as may at once.
void ReplyBusy(http::Exchange& exchange, absl::string_view code, absl::string_view message);
void ReplyNotFound(http::Exchange& exchange);
// A browser on its way elsewhere: 303.
void Redirect(http::Exchange& exchange, absl::string_view location);

// Answers what a service's error means to the browser. Messages of faults that are ours are not
// told. The details "reason" and "field" become "code" and "field". `invalid_argument` is the HTTP
// status for INVALID_ARGUMENT.
void ReplyStatus(http::Exchange& exchange, const absl::Status& status, int invalid_argument = 400);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_ANSWER_H_
