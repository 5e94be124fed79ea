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
  // Null: all names are wanted.
  explicit StrictBuilder(const JsonNames* wanted) : wanted_(wanted) {}

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override { return Add(value); }
  bool string(string_t& value) override {
    if (HasNul(value)) return Fail("a text contains NUL");
    return Add(std::move(value));
  }
  bool binary(binary_t&) override { return Fail("binary value"); }

  bool start_object(std::size_t) override { return Open(Json::value_t::object); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::value_t::array); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (HasNul(name)) return Fail("a key contains NUL");
    if (unwanted_levels_ > 0) return true;
    unwanted_ = wanted_ != nullptr && !wanted_->contains(name);
    if (unwanted_) return true;
    const auto [member, added] = open_.back()->emplace(std::move(name), nullptr);
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

  // Whether the value that comes now is left out; a container then with all that is in it.
  bool IsLeftOut() {
    const bool is = unwanted_levels_ > 0 || unwanted_;
    unwanted_ = false;
    return is;
  }

  template <typename Value>
  bool Add(Value&& value) {
    if (!IsLeftOut()) *Place() = std::forward<Value>(value);
    return true;
  }

  // Where the next value goes.
  Json* Place() {
    if (open_.empty()) return &root_;
    Json& parent = *open_.back();
    if (!parent.is_array()) return member_;
    parent.push_back(nullptr);
    return &parent.back();
  }

  bool Open(Json::value_t container) {
    if (open_.size() + unwanted_levels_ >= kMostLevels) {
      return Fail(absl::StrCat("nested deeper than ", kMostLevels, " levels"));
    }
    if (IsLeftOut()) {
      ++unwanted_levels_;
      return true;
    }
    open_.push_back(Place());
    *open_.back() = container;
    return true;
  }

  bool Close() {
    if (unwanted_levels_ > 0) {
      --unwanted_levels_;
    } else {
      open_.pop_back();
    }
    return true;
  }

  const JsonNames* const wanted_;
  Json root_;
  // From the root to the innermost container. A container stays where it is while it is open: its
  // parent only grows after it is closed.
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  // Of the member that comes now, and of how many containers that are open.
  bool unwanted_ = false;
  size_t unwanted_levels_ = 0;
  std::string fault_;
};

absl::StatusOr<Json> Parse(absl::string_view text, const JsonNames* wanted) {
  StrictBuilder builder(wanted);
  bool read = false;
  try {
    read = Json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("unreadable JSON: ", error.what()));
  }
  if (!read) return absl::InvalidArgumentError(absl::StrCat("unreadable JSON: ", builder.fault()));
  return std::move(builder.root());
}

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text) { return Parse(text, nullptr); }

absl::StatusOr<Json> ParseJson(absl::string_view text, const JsonNames& wanted) {
  return Parse(text, &wanted);
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
