#include "lib/yaml/yaml_text.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/status/macros.h"
#include "yaml-cpp/yaml.h"

namespace kozmic {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr int kMostLevels = 64;
constexpr int kMostValues = 100000;

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
  // A byte order mark, and the controls and line ends that Unicode has besides ASCII's.
  const bool special = absl::StrContains(text, "\xef\xbb\xbf") ||
                       absl::StrContains(text, "\xc2\x80") || absl::StrContains(text, "\xc2\x85") ||
                       absl::StrContains(text, "\xe2\x80\xa8") ||
                       absl::StrContains(text, "\xe2\x80\xa9");
  if (!printable || special) return false;
  const size_t last = text.find_last_not_of('\n');
  if (last == text.npos) return false;
  const size_t begin = text.rfind('\n', last);
  return !IsBlank(text.substr(begin == text.npos ? 0 : begin + 1,
                              last + 1 - (begin == text.npos ? 0 : begin + 1)));
}

std::string Quoted(const std::string& text) {
  return ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
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

absl::Status Fault(const YAML::Node& node, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", node.Mark().line + 1, ": ", what));
}

class Reading {
 public:
  absl::StatusOr<json> Read(const YAML::Node& node, int levels) {
    if (++values_ > kMostValues) return Fault(node, "too many values");
    if (levels > kMostLevels) return Fault(node, "too many levels");
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return ReadScalar(node);
      case YAML::NodeType::Sequence:
        return ReadList(node, levels);
      case YAML::NodeType::Map:
        return ReadMembers(node, levels);
      default:
        return json(nullptr);
    }
  }

 private:
  static json ReadScalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    // Of what is in quotes or in a block.
    if (node.Tag() == "!") return text;
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    int64_t number = 0;
    const bool digits =
        text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
    if (digits && absl::SimpleAtoi(text, &number)) return number;
    return text;
  }

  absl::StatusOr<json> ReadList(const YAML::Node& node, int levels) {
    json list = json::array();
    for (const YAML::Node& item : node) {
      KOZMIC_ASSIGN_OR_RETURN(json value, Read(item, levels + 1));
      list.push_back(std::move(value));
    }
    return list;
  }

  absl::StatusOr<json> ReadMembers(const YAML::Node& node, int levels) {
    json object = json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return Fault(member.first, "a key that is no text");
      const std::string& key = member.first.Scalar();
      if (object.contains(key)) {
        return Fault(member.first, absl::StrCat("the key \"", key, "\" is there twice"));
      }
      KOZMIC_ASSIGN_OR_RETURN(object[key], Read(member.second, levels + 1));
    }
    return object;
  }

  int values_ = 0;
};

}  // namespace

std::string YamlText(const ordered_json& value) {
  std::string out;
  if (value.is_object() && !value.empty()) {
    AppendMembers(value, 0, false, out);
  } else {
    AppendValue(value, 0, out);
    out.erase(0, 1);
  }
  return out;
}

absl::StatusOr<json> ParseYaml(absl::string_view text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      return absl::InvalidArgumentError("more than one document (\"---\")");
    }
    if (documents.empty()) return json(nullptr);
    return Reading().Read(documents.front(), 1);
  } catch (const YAML::Exception& fault) {
    return absl::InvalidArgumentError(fault.what());
  }
}

}  // namespace kozmic
