#include "lib/github/fields.h"

#include "lib/base/json.h"
#include "lib/github/answer.h"

namespace kozmic::github {

const nlohmann::json* Fields::Find(absl::string_view path) const {
  const nlohmann::json* at = JsonAt(json_, path);
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
  Require(JsonBool(json_, path).has_value());
  return JsonBool(json_, path).value_or(false);
}

std::string Fields::TextIfAny(absl::string_view path) {
  if (Find(path) == nullptr) return "";
  Require(JsonText(json_, path).has_value());
  return JsonText(json_, path).value_or("");
}

bool Fields::FlagIfAny(absl::string_view path) { return Find(path) != nullptr && Flag(path); }

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
