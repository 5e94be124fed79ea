#include "lib/yaml/yaml_text.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/status/macros.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/yaml.h"

namespace kozmic {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr size_t kMostLevels = 64;
constexpr size_t kMostValues = 100000;

// Whether a text can stand as it is and is read as a text again: no more than that is tried.
bool IsPlain(absl::string_view text) {
  static constexpr absl::string_view kOtherWords[] = {"true", "false", "null", "yes", "no", "on",
                                                      "off",  "y",     "n",    "nan", "inf"};
  if (text.empty() || !(absl::ascii_isalpha(text[0]) || text[0] == '/' || text[0] == '_')) {
    return false;
  }
  const bool harmless = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("_./:@+-", static_cast<char>(c));
  });
  if (!harmless || text.back() == ':') return false;
  return std::none_of(std::begin(kOtherWords), std::end(kOtherWords),
                      [&](absl::string_view word) { return absl::EqualsIgnoreCase(text, word); });
}

bool IsBlank(absl::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

// Whether a text can be a literal block: several lines, of what needs no escaping, the last of
// which is more than blanks.
bool IsLiteral(absl::string_view text) {
  if (!absl::StrContains(text, '\n')) return false;
  const bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f);
  });
  // What else YAML does not take for printable: a byte order mark, Unicode's further controls and
  // line ends, and its two last points of the plane.
  bool special = false;
  for (const absl::string_view one :
       {"\xef\xbb\xbf", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    special = special || absl::StrContains(text, one);
  }
  for (size_t at = text.find('\xc2'); at != text.npos; at = text.find('\xc2', at + 1)) {
    special = special || (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0);
  }
  if (!printable || special) return false;
  const size_t last = text.find_last_not_of('\n');
  if (last == text.npos) return false;
  const size_t begin = text.rfind('\n', last);
  return !IsBlank(text.substr(begin == text.npos ? 0 : begin + 1,
                              last + 1 - (begin == text.npos ? 0 : begin + 1)));
}

// As JSON has it, which YAML takes too, but for the controls that JSON lets stand.
std::string Quoted(const std::string& text) {
  const std::string json =
      ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  std::string quoted;
  for (size_t i = 0; i < json.size(); ++i) {
    const auto c = static_cast<unsigned char>(json[i]);
    const auto next = static_cast<unsigned char>(i + 1 < json.size() ? json[i + 1] : 0);
    if (c == 0x7f) {
      quoted += "\\x7f";
    } else if (c == 0xc2 && next < 0xa0) {
      absl::StrAppend(&quoted, "\\x", absl::Hex(next));
      ++i;
    } else {
      quoted += json[i];
    }
  }
  return quoted;
}

void AppendLiteral(absl::string_view text, int indent, std::string& out) {
  absl::StrAppend(&out, "|");
  // Blanks or empty lines at the beginning would be taken for the indentation.
  if (text[0] == ' ' || text[0] == '\n' || text[0] == '\t') absl::StrAppend(&out, kIndent);
  if (text.back() != '\n') {
    absl::StrAppend(&out, "-");
  } else if (absl::EndsWith(text, "\n\n")) {
    absl::StrAppend(&out, "+");
  }
  absl::string_view lines = text;
  absl::ConsumeSuffix(&lines, "\n");
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    absl::StrAppend(&out, "\n");
    if (!line.empty()) absl::StrAppend(&out, std::string(indent, ' '), line);
  }
  absl::StrAppend(&out, "\n");
}

// After "key:" or "-", to the end of its line at least. `indent`: of what is within it.
void AppendValue(const ordered_json& value, int indent, std::string& out);

void AppendKey(const std::string& key, const ordered_json& value, int indent, std::string& out) {
  absl::StrAppend(&out, IsPlain(key) && !absl::StrContains(key, ':') ? key : Quoted(key), ":");
  AppendValue(value, indent + kIndent, out);
}

void AppendMembers(const ordered_json& object, int indent, bool first_is_placed, std::string& out) {
  for (const auto& [key, value] : object.items()) {
    if (!first_is_placed) absl::StrAppend(&out, std::string(indent, ' '));
    first_is_placed = false;
    AppendKey(key, value, indent, out);
  }
}

void AppendItem(const ordered_json& item, int indent, std::string& out) {
  absl::StrAppend(&out, std::string(indent, ' '), "-");
  if (item.is_object() && !item.empty()) {
    absl::StrAppend(&out, " ");
    AppendMembers(item, indent + kIndent, true, out);
  } else {
    AppendValue(item, indent + kIndent, out);
  }
}

void AppendValue(const ordered_json& value, int indent, std::string& out) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    absl::StrAppend(&out, " ");
    if (IsLiteral(text)) return AppendLiteral(text, indent, out);
    absl::StrAppend(&out, IsPlain(text) ? text : Quoted(text), "\n");
  } else if (value.is_structured() && !value.empty()) {
    absl::StrAppend(&out, "\n");
    if (value.is_object()) return AppendMembers(value, indent, false, out);
    for (const ordered_json& item : value) AppendItem(item, indent, out);
  } else {
    absl::StrAppend(&out, " ", value.dump(), "\n");
  }
}

// Builds a value of what the parser tells, and stops it by an exception when there is too much: the
// tree of nodes that yaml-cpp would build first takes hundreds of bytes for each.
class Builder final : public YAML::EventHandler {
 public:
  json Take() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Add(mark, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "references (\"*name\") are not understood here");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    // Whether a key was to be given, which is a text whatever it looks like.
    if (!open_.empty() && open_.back().value->is_object() && !open_.back().has_key) {
      return SetKey(mark, text);
    }
    Add(mark, ValueOf(tag, text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(mark, json::array());
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(mark, json::object());
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct OpenValue {
    json* value = nullptr;
    std::string key = {};
    bool has_key = false;
  };

  static json ValueOf(const std::string& tag, const std::string& text) {
    // Of what is in quotes or in a block, or said to be a text.
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return text;
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    int64_t number = 0;
    const bool digits =
        text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
    if (digits && absl::SimpleAtoi(text, &number)) return number;
    return text;
  }

  void SetKey(const YAML::Mark& mark, const std::string& key) {
    OpenValue& object = open_.back();
    if (object.value->contains(key)) {
      throw YAML::ParserException(mark, absl::StrCat("the key \"", key, "\" is there twice"));
    }
    object.key = key;
    object.has_key = true;
  }

  json* Add(const YAML::Mark& mark, json value) {
    if (++values_ > kMostValues) throw YAML::ParserException(mark, "too many values");
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    OpenValue& within = open_.back();
    if (within.value->is_array()) {
      within.value->push_back(std::move(value));
      return &within.value->back();
    }
    if (!within.has_key) throw YAML::ParserException(mark, "a key that is no text");
    within.has_key = false;
    json& member = (*within.value)[within.key];
    member = std::move(value);
    return &member;
  }

  void Open(const YAML::Mark& mark, json value) {
    if (open_.size() == kMostLevels) throw YAML::ParserException(mark, "too many levels");
    open_.push_back({.value = Add(mark, std::move(value))});
  }

  json root_;
  // What is begun, the innermost last. Nothing is added beside an inner one while it is open, so
  // they stay where they are.
  std::vector<OpenValue> open_;
  size_t values_ = 0;
};

// What no text has that people write, and of which yaml-cpp takes some for the end.
bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
}

}  // namespace

std::string YamlText(const ordered_json& value) {
  std::string out;
  if (value.is_object() && !value.empty()) {
    AppendMembers(value, 0, false, out);
  } else if (value.is_string()) {
    absl::StrAppend(&out, Quoted(value.get<std::string>()), "\n");
  } else {
    AppendValue(value, 0, out);
    out.erase(0, 1);
  }
  return out;
}

absl::StatusOr<json> ParseYaml(absl::string_view text) {
  if (HasControls(text)) return absl::InvalidArgumentError("it has control characters");
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    Builder builder;
    parser.HandleNextDocument(builder);
    Builder next;
    if (parser.HandleNextDocument(next)) {
      return absl::InvalidArgumentError("more than one document (\"---\")");
    }
    return std::move(builder).Take();
  } catch (const YAML::Exception& fault) {
    return absl::InvalidArgumentError(absl::StrCat("line ", fault.mark.line + 1, ": ", fault.msg));
  }
}

}  // namespace kozmic
