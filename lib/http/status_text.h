#ifndef KOZMIC_LIB_HTTP_STATUS_TEXT_H_
#define KOZMIC_LIB_HTTP_STATUS_TEXT_H_

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kozmic::http {

// The value of the Date header now.
inline std::string DateText() {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone());
}

// The reason phrase of the statuses that the server answers by itself.
inline const char* StatusText(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_STATUS_TEXT_H_
