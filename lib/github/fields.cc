#include "lib/github/fields.h"

#include "absl/strings/str_split.h"
#include "lib/base/json.h"
#include "lib/github/answer.h"

namespace kozmic::github {

const nlohmann::json* Fields::Find(absl::string_view path) {
  const nlohmann::json* at = &json_;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (at == nullptr || at->is_null()) return nullptr;
    Require(at->is_object());
    at = JsonAt(*at, name);
  }
  return at == nullptr || at->is_null() ? nullptr : at;
}

int64_t Fields::Id(absl::string_view path) {
  const int64_t id = JsonInteger(json_, path).value_or(0);
  Require(id > 0);
  return id;
}

std::string Fields::Text(absl::string_view path) {
  std::string text = JsonText(json_, path).value_or("");
  Require(!text.empty());
  return text;
}

bool Fields::Flag(absl::string_view path) {
  const auto flag = JsonBool(json_, path);
  Require(flag.has_value());
  return flag.value_or(false);
}

std::string Fields::TextIfAny(absl::string_view path) {
  const nlohmann::json* text = Find(path);
  if (text == nullptr) return "";
  Require(text->is_string());
  return text->is_string() ? text->get<std::string>() : "";
}

bool Fields::FlagIfAny(absl::string_view path) { return Find(path) != nullptr && Flag(path); }

int64_t Fields::NumberIfAny(absl::string_view path) {
  const nlohmann::json* number = Find(path);
  if (number == nullptr) return 0;
  Require(number->is_number_integer());
  return JsonInteger(json_, path).value_or(0);
}

std::vector<std::string> Fields::TextsIfAny(absl::string_view path) {
  std::vector<std::string> texts;
  const nlohmann::json* list = Find(path);
  if (list == nullptr) return texts;
  Require(list->is_array());
  for (const nlohmann::json& item : *list) {
    Require(item.is_string());
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

absl::Status Fields::status() const { return ok_ ? absl::OkStatus() : UnexpectedAnswer(); }

}  // namespace kozmic::github
