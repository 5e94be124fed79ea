#include "gateway/body_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

// Of a name that is not ours, in a message.
constexpr size_t kLongestName = 100;
constexpr int32_t kLargestInteger = std::numeric_limits<int32_t>::max();

}  // namespace

BodyReader::BodyReader(absl::string_view body) : body_(nlohmann::json::object()) {
  absl::StatusOr<nlohmann::json> value = ParseJson(body);
  if (!value.ok()) {
    fault_ = std::move(value).status();
  } else if (!value->is_object()) {
    fault_ = absl::InvalidArgumentError("the body must be a JSON object");
  } else {
    body_ = *std::move(value);
  }
}

void BodyReader::Text(absl::string_view name, std::string* out,
                      const std::optional<std::string>& fallback) {
  const nlohmann::json* value = Take(name, fallback.has_value());
  if (value == nullptr) {
    if (fallback) *out = *fallback;
  } else if (!value->is_string()) {
    Fault(name, "must be a text");
  } else {
    *out = value->get<std::string>();
  }
}

void BodyReader::Bool(absl::string_view name, bool* out, std::optional<bool> fallback) {
  const nlohmann::json* value = Take(name, fallback.has_value());
  if (value == nullptr) {
    if (fallback) *out = *fallback;
  } else if (!value->is_boolean()) {
    Fault(name, "must be true or false");
  } else {
    *out = value->get<bool>();
  }
}

void BodyReader::Integer(absl::string_view name, int32_t* out, int32_t least,
                         std::optional<int32_t> fallback) {
  if (Take(name, fallback.has_value()) == nullptr) {
    if (fallback) *out = *fallback;
    return;
  }
  const std::optional<int64_t> number = JsonInteger(body_, name);
  if (!number || *number < least || *number > kLargestInteger) {
    return Fault(name, absl::StrCat("must be a whole number of at least ", least, " and at most ",
                                    kLargestInteger));
  }
  *out = static_cast<int32_t>(*number);
}

void BodyReader::IntegerOrNull(absl::string_view name, std::optional<int64_t>* out, int64_t least,
                               int64_t most) {
  const nlohmann::json* value = Take(name, /*has_fallback=*/false);
  if (value == nullptr) return;
  if (value->is_null()) {
    *out = std::nullopt;
    return;
  }
  const std::optional<int64_t> number = JsonInteger(body_, name);
  if (!number || *number < least || *number > most) {
    return Fault(name, absl::StrCat("must be a whole number from ", least, " to ", most,
                                    ", or null for none"));
  }
  *out = number;
}

void BodyReader::TextList(absl::string_view name, std::vector<std::string>* out,
                          const std::optional<std::vector<std::string>>& fallback) {
  const nlohmann::json* value = Take(name, fallback.has_value());
  if (value == nullptr) {
    if (fallback) *out = *fallback;
  } else if (!value->is_array() ||
             !std::all_of(value->begin(), value->end(),
                          [](const nlohmann::json& one) { return one.is_string(); })) {
    Fault(name, "must be a list of texts");
  } else {
    *out = value->get<std::vector<std::string>>();
  }
}

void BodyReader::TextMap(absl::string_view name, Texts* out, const std::optional<Texts>& fallback) {
  const nlohmann::json* value = Take(name, fallback.has_value());
  if (value == nullptr) {
    if (fallback) *out = *fallback;
  } else if (!value->is_object() ||
             !std::all_of(value->begin(), value->end(),
                          [](const nlohmann::json& one) { return one.is_string(); })) {
    Fault(name, "must be an object whose values are texts");
  } else {
    *out = value->get<Texts>();
  }
}

void BodyReader::ObjectList(absl::string_view name,
                            const std::function<void(BodyReader& one)>& read_one) {
  const nlohmann::json* value = Take(name, /*has_fallback=*/true);
  if (value == nullptr) return;
  if (!value->is_array() ||
      !std::all_of(value->begin(), value->end(),
                   [](const nlohmann::json& one) { return one.is_object(); })) {
    return Fault(name, "must be a list of objects");
  }
  for (const nlohmann::json& entry : *value) {
    BodyReader one;
    one.body_ = entry;
    read_one(one);
    if (const absl::Status read = one.Finish(); !read.ok()) {
      return Fault(name, absl::StrCat("has an entry that cannot be read: ", read.message()));
    }
  }
}

absl::Status BodyReader::Finish() const {
  if (!fault_.ok()) return fault_;
  for (const auto& [name, value] : body_.items()) {
    if (read_.find(name) != read_.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat("the body has a field that is not known here: ",
                                                   name.substr(0, kLongestName)));
  }
  return absl::OkStatus();
}

const nlohmann::json* BodyReader::Take(absl::string_view name, bool has_fallback) {
  read_.emplace(name);
  const auto found = body_.find(std::string(name));
  if (found != body_.end()) return &*found;
  if (!has_fallback) Fault(name, "is missing");
  return nullptr;
}

void BodyReader::Fault(absl::string_view name, absl::string_view what) {
  if (!fault_.ok()) return;
  fault_ = WithDetail(absl::InvalidArgumentError(absl::StrCat(name, " ", what)), "field", name);
}

}  // namespace kozmic::gateway
