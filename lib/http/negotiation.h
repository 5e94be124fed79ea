#ifndef KOZMIC_LIB_HTTP_NEGOTIATION_H_
#define KOZMIC_LIB_HTTP_NEGOTIATION_H_

#include "absl/strings/string_view.h"

namespace kozmic::http {

// Whether an Accept-Encoding header lets `coding` ("br", "gzip") be used: named, or covered by "*",
// with a weight above zero (RFC 9110 section 12.5.3).
bool AcceptsCoding(absl::string_view accept_encoding, absl::string_view coding);

// Whether an If-None-Match header names `etag` (with its quotes) or is "*"; weak comparison
// (RFC 9110 section 13.1.2).
bool MatchesEtag(absl::string_view if_none_match, absl::string_view etag);

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_NEGOTIATION_H_
