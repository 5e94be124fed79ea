#include "gateway/query.h"

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/text.h"

namespace kozmic::gateway {

bool ReadNumber(http::Exchange& exchange, absl::string_view name, int64_t least, int64_t most,
                std::optional<int64_t>* number) {
  const std::optional<std::string> text = exchange.target.Parameter(name);
  if (!text) return true;
  *number = ParseNumber(*text, least);
  if (*number && **number <= most) return true;
  ReplyError(exchange, 400, "invalid_argument",
             absl::StrCat(name, " must be a number of at least ", least,
                          most < INT64_MAX ? absl::StrCat(" and at most ", most) : ""));
  return false;
}

bool ReadFlag(http::Exchange& exchange, absl::string_view name, bool* flag) {
  const std::optional<std::string> text = exchange.target.Parameter(name);
  if (!text) return true;
  *flag = *text == "true";
  if (*flag || *text == "false") return true;
  ReplyError(exchange, 400, "invalid_argument", absl::StrCat(name, " must be true or false"));
  return false;
}

bool ReadText(http::Exchange& exchange, absl::string_view name, std::string* text) {
  *text = exchange.target.Parameter(name).value_or("");
  if (IsUtf8(*text)) return true;
  ReplyError(exchange, 400, "invalid_argument", absl::StrCat(name, " must be UTF-8"));
  return false;
}

}  // namespace kozmic::gateway
