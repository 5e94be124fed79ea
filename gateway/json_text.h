#ifndef KOZMIC_GATEWAY_JSON_TEXT_H_
#define KOZMIC_GATEWAY_JSON_TEXT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"

namespace kozmic::gateway {

// Answers are written as text straight away: a tree of them would cost ten times as much to build
// and to print, which a list of 1,000 projects shows.

// One complete JSON value.
struct JsonText {
  std::string text;
};

// A value on its way into a text. Only refers to texts: to be made and used in one expression.
class JsonValue {
 public:
  // All implicit, so that objects read like JSON.
  JsonValue(std::nullptr_t) : value_(nullptr) {}
  JsonValue(bool value) : value_(value) {}
  template <std::integral Integer>
  JsonValue(Integer value) : value_(static_cast<int64_t>(value)) {}
  JsonValue(absl::string_view text) : value_(text) {}
  JsonValue(const std::string& text) : value_(absl::string_view(text)) {}
  JsonValue(const char* text) : value_(absl::string_view(text)) {}
  JsonValue(const JsonText& json) : value_(&json) {}

  void AppendTo(std::string& out) const;

 private:
  std::variant<std::nullptr_t, bool, int64_t, absl::string_view, const JsonText*> value_;
};

struct JsonField {
  // Ours: needs no escaping.
  absl::string_view name;
  JsonValue value;
};

// {"name": value, …}
JsonText JsonObject(std::initializer_list<JsonField> fields);

// The same with names that are not ours.
JsonText JsonObjectOf(const std::map<std::string, std::string>& texts);

// [value, …]
class JsonArray {
 public:
  void Add(const JsonValue& value);
  // To be called last.
  JsonText Take() &&;

 private:
  std::string text_ = "[";
};

// An array of what `translate` makes of each in `range`.
template <typename Range, typename Translate>
JsonText JsonArrayOf(const Range& range, const Translate& translate) {
  JsonArray array;
  for (const auto& one : range) array.Add(translate(one));
  return std::move(array).Take();
}

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_JSON_TEXT_H_
