#ifndef KOZMIC_LIB_MAIL_HEADER_TEXT_H_
#define KOZMIC_LIB_MAIL_HEADER_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// UTF-8 text as the value of a mail's header: as it is when it is plain ASCII, else in encoded
// words (RFC 2047), folded. Control characters become blanks, so nothing leaves its header.
std::string EncodeHeaderText(absl::string_view text);

// Whether mail is sent to or from this address: printable ASCII, one "@" with something on both
// sides, nothing that has a meaning in a header or in SMTP, at most 254 characters.
bool IsMailAddress(absl::string_view address);

// Text in HTML, also in an attribute.
std::string EscapeHtml(absl::string_view text);

}  // namespace kozmic

#endif  // KOZMIC_LIB_MAIL_HEADER_TEXT_H_
