#include "lib/postgres/array.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace kozmic {

std::string ToArray(const std::vector<int64_t>& values) {
  return absl::StrCat("{", absl::StrJoin(values, ","), "}");
}

std::string ToArray(const std::vector<bool>& values) {
  std::string array = "{";
  for (const bool value : values) absl::StrAppend(&array, array.size() > 1 ? "," : "", value);
  return array + "}";
}

std::string ToArray(const std::vector<std::string>& values) {
  std::string array = "{";
  for (const std::string& value : values) {
    absl::StrAppend(&array, array.size() > 1 ? "," : "", "\"",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  }
  return array + "}";
}

std::vector<std::string> TextsFromArray(const pqxx::field& field) {
  std::vector<std::string> texts;
  if (field.is_null()) return texts;
  pqxx::array_parser parser(field.c_str());
  while (true) {
    const auto [juncture, text] = parser.get_next();
    if (juncture == pqxx::array_parser::done) return texts;
    if (juncture == pqxx::array_parser::string_value) texts.push_back(text);
  }
}

}  // namespace kozmic
