#include "gateway/json_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"

namespace kozmic::gateway {
namespace {

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
}

struct Appender {
  std::string& out;

  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(int64_t value) const { absl::StrAppend(&out, value); }
  void operator()(absl::string_view text) const {
    if (IsPlain(text)) {
      absl::StrAppend(&out, "\"", text, "\"");
    } else {
      out += DumpJson(std::string(text));
    }
  }
  void operator()(const JsonText* json) const { out += json->text; }
};

}  // namespace

void JsonValue::AppendTo(std::string& out) const { std::visit(Appender{out}, value_); }

JsonText JsonObject(std::initializer_list<JsonField> fields) {
  JsonText json;
  const char* separator = "{\"";
  for (const JsonField& field : fields) {
    absl::StrAppend(&json.text, separator, field.name, "\":");
    field.value.AppendTo(json.text);
    separator = ",\"";
  }
  json.text += fields.size() == 0 ? "{}" : "}";
  return json;
}

JsonText JsonObjectOf(const std::map<std::string, std::string>& texts) {
  JsonText json = {"{"};
  for (const auto& [name, value] : texts) {
    if (json.text.size() > 1) json.text += ',';
    JsonValue(name).AppendTo(json.text);
    json.text += ':';
    JsonValue(value).AppendTo(json.text);
  }
  json.text += '}';
  return json;
}

void JsonArray::Add(const JsonValue& value) {
  if (text_.size() > 1) text_ += ',';
  value.AppendTo(text_);
}

JsonText JsonArray::Take() && {
  text_ += ']';
  return {std::move(text_)};
}

}  // namespace kozmic::gateway
