#ifndef KOZMIC_SERVICES_AUTH_VALIDATE_H_
#define KOZMIC_SERVICES_AUTH_VALIDATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::auth {

// What comes from people and their programs, as it is kept. All texts are UTF-8, as gRPC gives
// them. A refusal is INVALID_ARGUMENT with the detail "field" and a sentence for the form.

// One e-mail address without blanks around it, or empty. Only what every mail server takes: a local
// part of the characters of an unquoted one (RFC 5321, 4.1.2), a domain name of at least two
// labels, at most 254 bytes altogether (RFC 5321, 4.5.3.1.3, less the angle brackets). Nothing that
// passes can break out of a header of a mail.
absl::StatusOr<std::string> ValidateNotificationEmail(absl::string_view text);

// What a user calls an access token: 1 to 100 characters without blanks around them, none of them a
// control character.
absl::StatusOr<std::string> ValidateTokenName(absl::string_view text);

// How a browser names itself: never refused, but cut at 256 bytes, control characters as blanks.
std::string CleanUserAgent(absl::string_view text);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_VALIDATE_H_
