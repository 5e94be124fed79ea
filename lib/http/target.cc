#include "lib/http/target.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic::http {
namespace {

constexpr Rejection kBadEscape = {400, "bad_escape", "The URL has a malformed percent escape."};
constexpr Rejection kNoSuchPath = {404, "not_found", "There is nothing here."};

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> PercentDecode(absl::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]), low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

bool NamesSomething(absl::string_view segment) {
  const absl::string_view name = segment.substr(0, segment.find(';'));
  if (segment.empty() || name == "." || name == "..") return false;
  for (unsigned char c : segment) {
    if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> Target::Parameter(absl::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Target::Parameters(absl::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::variant<Target, Rejection> ParseTarget(absl::string_view text) {
  Target target;
  const size_t mark = text.find('?');
  absl::string_view path = text.substr(0, mark);
  if (!absl::ConsumePrefix(&path, "/")) return kNoSuchPath;
  absl::ConsumeSuffix(&path, "/");
  if (!path.empty()) {
    for (absl::string_view raw : absl::StrSplit(path, '/')) {
      std::optional<std::string> segment = PercentDecode(raw, /*plus_is_space=*/false);
      if (!segment) return kBadEscape;
      if (!NamesSomething(*segment)) return kNoSuchPath;
      absl::StrAppend(&target.path, "/", *segment);
      target.segments.push_back(*std::move(segment));
    }
  }
  if (target.path.empty()) target.path.push_back('/');

  if (mark == absl::string_view::npos) return target;
  for (absl::string_view item : absl::StrSplit(text.substr(mark + 1), '&', absl::SkipEmpty())) {
    const size_t equals = item.find('=');
    std::optional<std::string> name = PercentDecode(item.substr(0, equals), true);
    std::optional<std::string> value = std::string();
    if (equals != absl::string_view::npos) value = PercentDecode(item.substr(equals + 1), true);
    if (!name || !value) return kBadEscape;
    target.query.emplace_back(*std::move(name), *std::move(value));
  }
  return target;
}

std::string PercentEncode(absl::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      absl::StrAppend(&out, "%",
                      absl::AsciiStrToUpper(absl::BytesToHexString(
                          absl::string_view(reinterpret_cast<const char*>(&c), 1))));
    }
  }
  return out;
}

}  // namespace kozmic::http
