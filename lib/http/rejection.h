#ifndef KOZMIC_LIB_HTTP_REJECTION_H_
#define KOZMIC_LIB_HTTP_REJECTION_H_

#include <string>

#include "absl/strings/str_cat.h"

namespace kozmic::http {

// Why a request is answered without asking a handler. `code` and `message` are ours and constant:
// they need no escaping and repeat nothing of the request.
struct Rejection {
  int status = 0;
  const char* code = "";
  const char* message = "";
};

// {"code": ..., "message": ...}: the body of every error answer.
inline std::string RejectionBody(const Rejection& rejection) {
  return absl::StrCat("{\"code\":\"", rejection.code, "\",\"message\":\"", rejection.message,
                      "\"}");
}

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_REJECTION_H_
