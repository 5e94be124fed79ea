#include "lib/base/json.h"

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostLevels = 64;

// Builds the value while checking what nlohmann's own builder lets pass.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Add(nullptr) != nullptr; }
  bool boolean(bool value) override { return Add(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return Add(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return Add(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(value) != nullptr;
  }
  bool string(string_t& value) override {
    if (HasNul(value)) return Fail("a text contains NUL");
    return Add(std::move(value)) != nullptr;
  }
  bool binary(binary_t&) override { return Fail("binary value"); }

  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (HasNul(name)) return Fail("a key contains NUL");
    const auto [member, added] = open_.back()->emplace(name, nullptr);
    if (!added) return Fail("the same key twice in an object");
    member_ = &member.value();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail(absl::StrCat("syntax error at byte ", position));
  }

  Json& root() { return root_; }
  const std::string& fault() const { return fault_; }

 private:
  static bool HasNul(const std::string& text) { return text.find('\0') != std::string::npos; }

  bool Fail(absl::string_view what) {
    fault_ = std::string(what);
    return false;
  }

  Json* Add(Json value) {
    Json* place = &root_;
    if (!open_.empty()) {
      Json& parent = *open_.back();
      if (parent.is_array()) {
        parent.push_back(nullptr);
        place = &parent.back();
      } else {
        place = member_;
      }
    }
    *place = std::move(value);
    return place;
  }

  bool Open(Json container) {
    if (open_.size() >= kMostLevels) {
      return Fail(absl::StrCat("nested deeper than ", kMostLevels, " levels"));
    }
    open_.push_back(Add(std::move(container)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  // From the root to the innermost container. A container stays where it is while it is open: its
  // parent only grows after it is closed.
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::string fault_;
};

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text) {
  StrictBuilder builder;
  bool read = false;
  try {
    read = Json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("unreadable JSON: ", error.what()));
  }
  if (!read) return absl::InvalidArgumentError(absl::StrCat("unreadable JSON: ", builder.fault()));
  return std::move(builder.root());
}

std::string DumpJson(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* JsonAt(const Json& value, absl::string_view path) {
  const Json* at = &value;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (!at->is_object()) return nullptr;
    const auto member = at->find(std::string(name));
    if (member == at->end()) return nullptr;
    at = &*member;
  }
  return at;
}

std::optional<std::string> JsonText(const Json& value, absl::string_view path) {
  const Json* at = JsonAt(value, path);
  if (at == nullptr || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

std::optional<int64_t> JsonInteger(const Json& value, absl::string_view path) {
  const Json* at = JsonAt(value, path);
  if (at == nullptr || !at->is_number_integer()) return std::nullopt;
  if (at->is_number_unsigned() &&
      at->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return std::nullopt;
  }
  return at->get<int64_t>();
}

std::optional<bool> JsonBool(const Json& value, absl::string_view path) {
  const Json* at = JsonAt(value, path);
  if (at == nullptr || !at->is_boolean()) return std::nullopt;
  return at->get<bool>();
}

}  // namespace kozmic
