#include "lib/config/config_reader.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "yaml-cpp/yaml.h"

namespace kozmic {
namespace {

constexpr size_t kSecretLength = 32;
// Our files nest two levels; more is a mistake, and unbounded depth an attack.
constexpr int kDeepest = 4;

// Without the line break at its end, if there is one.
std::optional<std::string> ReadValue(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  // A folder can be opened, but not be read.
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  std::string value = text.str();
  if (absl::EndsWith(value, "\n")) value.pop_back();
  return value;
}

// A list becomes one comma-separated text, as the environment would give it.
absl::Status FlattenNode(const YAML::Node& node, const std::string& name, int depth,
                         std::map<std::string, std::string>& out) {
  if (depth > kDeepest) return absl::InvalidArgumentError(absl::StrCat(name, ": nested too deep"));
  switch (node.Type()) {
    case YAML::NodeType::Map:
      for (const auto& entry : node) {
        const auto key = entry.first.as<std::string>();
        const std::string full = name.empty() ? key : absl::StrCat(name, ".", key);
        absl::Status status = FlattenNode(entry.second, full, depth + 1, out);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    case YAML::NodeType::Sequence: {
      std::vector<std::string> items;
      for (const auto& item : node) {
        if (!item.IsScalar()) {
          return absl::InvalidArgumentError(absl::StrCat(name, ": only plain values in a list"));
        }
        items.push_back(item.as<std::string>());
      }
      out[name] = absl::StrJoin(items, ",");
      return absl::OkStatus();
    }
    case YAML::NodeType::Scalar:
      out[name] = node.as<std::string>();
      return absl::OkStatus();
    default:
      out[name] = "";
      return absl::OkStatus();
  }
}

}  // namespace

ConfigReader::Environment ConfigReader::ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

absl::StatusOr<ConfigReader> ConfigReader::Load(const std::string& path, Environment environment) {
  if (path.empty()) return Parse("", std::move(environment));
  std::ifstream file(path);
  if (!file) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read configuration file ", path));
  }
  std::stringstream text;
  text << file.rdbuf();
  absl::StatusOr<ConfigReader> reader = Parse(text.str(), std::move(environment));
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", reader.status().message()));
  }
  return reader;
}

absl::StatusOr<ConfigReader> ConfigReader::Parse(const std::string& yaml, Environment environment) {
  ConfigReader reader(std::move(environment));
  absl::Status status = reader.Flatten(yaml);
  if (!status.ok()) return status;
  return reader;
}

absl::Status ConfigReader::Flatten(const std::string& yaml) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull()) return absl::OkStatus();
    if (!root.IsMap()) return absl::InvalidArgumentError("must be a mapping of keys to values");
    return FlattenNode(root, "", 0, values_);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("line ", error.mark.line + 1, ": ", error.msg));
  }
}

void ConfigReader::Fault(absl::string_view name, absl::string_view what) {
  faults_.push_back(absl::StrCat(name, ": ", what));
}

std::optional<std::string> ConfigReader::Take(absl::string_view name, const Key& key,
                                              std::string type) {
  const std::string variable =
      absl::StrCat("KOZMIC_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{".", "_"}})));
  declared_.push_back({.name = std::string(name),
                       .variable = variable,
                       .type = std::move(type),
                       .help = std::string(key.help),
                       .fallback = key.fallback});
  std::optional<std::string> value = environment_(variable);
  if (const auto path = environment_(variable + "_FILE")) {
    if (value) {
      Fault(name, absl::StrCat("both ", variable, " and ", variable, "_FILE are set"));
      return std::nullopt;
    }
    value = ReadValue(*path);
    if (!value) {
      Fault(name, absl::StrCat("cannot read ", *path, ", which ", variable, "_FILE names"));
      return std::nullopt;
    }
  }
  if (value) return value;
  if (auto found = values_.find(std::string(name)); found != values_.end()) return found->second;
  if (key.fallback) return key.fallback;
  Fault(name, absl::StrCat("missing (", key.help, "); set it in the file or by ", variable));
  return std::nullopt;
}

void ConfigReader::Text(absl::string_view name, std::string* out, const Key& key) {
  std::optional<std::string> value = Take(name, key, "text");
  if (!value) return;
  if (value->empty() && !key.fallback) return Fault(name, absl::StrCat("empty (", key.help, ")"));
  *out = *std::move(value);
}

void ConfigReader::TextList(absl::string_view name, std::vector<std::string>* out, const Key& key) {
  std::optional<std::string> value = Take(name, key, "list");
  if (!value) return;
  *out = absl::StrSplit(*value, ',', absl::SkipWhitespace());
  for (std::string& item : *out) absl::StripAsciiWhitespace(&item);
}

void ConfigReader::Integer(absl::string_view name, int64_t* out, const Key& key, int64_t least,
                           int64_t most) {
  std::optional<std::string> value = Take(name, key, absl::StrCat(least, " to ", most));
  if (!value) return;
  int64_t number = 0;
  if (!absl::SimpleAtoi(*value, &number) || number < least || number > most) {
    return Fault(name, absl::StrCat("\"", *value, "\" is not a whole number from ", least, " to ",
                                    most, " (", key.help, ")"));
  }
  *out = number;
}

void ConfigReader::Duration(absl::string_view name, absl::Duration* out, const Key& key) {
  std::optional<std::string> value = Take(name, key, "duration");
  if (!value) return;
  absl::Duration duration;
  if (!absl::ParseDuration(*value, &duration) || duration <= absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return Fault(name, absl::StrCat("\"", *value, "\" is not a duration such as 90s or 15m (",
                                    key.help, ")"));
  }
  *out = duration;
}

void ConfigReader::Secret(absl::string_view name, std::string* out, const Key& key) {
  std::optional<std::string> value = Take(name, key, "secret");
  if (!value) return;
  const bool none = value->empty() && key.fallback && key.fallback->empty();
  if (value->size() < kSecretLength && !none) {
    return Fault(name, absl::StrCat("too weak: needs at least ", kSecretLength,
                                    " random characters (", key.help, ")"));
  }
  *out = *std::move(value);
}

void ConfigReader::SecretList(absl::string_view name, std::vector<std::string>* out,
                              const Key& key) {
  std::vector<std::string> items;
  TextList(name, &items, key);
  declared_.back().type = "secrets";
  const bool strong = std::all_of(items.begin(), items.end(), [](const std::string& item) {
    return item.size() >= kSecretLength;
  });
  if (!strong) {
    return Fault(name, absl::StrCat("too weak: each needs at least ", kSecretLength,
                                    " random characters, without a comma (", key.help, ")"));
  }
  *out = std::move(items);
}

void ConfigReader::HttpUrl(absl::string_view name, std::string* out, const Key& key) {
  std::optional<std::string> value = Take(name, key, "URL");
  if (!value) return;
  absl::string_view rest = *value;
  const bool scheme =
      absl::ConsumePrefix(&rest, "http://") || absl::ConsumePrefix(&rest, "https://");
  if (!scheme || rest.empty() || rest.front() == '/' || rest.back() == '/' ||
      rest.find_first_of("?#@ \t\r\n") != absl::string_view::npos) {
    return Fault(name,
                 absl::StrCat("\"", *value, "\" is not an http(s) URL without trailing slash (",
                              key.help, ")"));
  }
  *out = *std::move(value);
}

void ConfigReader::Choice(absl::string_view name, std::string* out, const Key& key,
                          const std::vector<std::string>& values) {
  std::optional<std::string> value = Take(name, key, absl::StrJoin(values, ", "));
  if (!value) return;
  for (const std::string& allowed : values) {
    if (*value == allowed) {
      *out = allowed;
      return;
    }
  }
  Fault(name, absl::StrCat("\"", *value, "\" is not one of ", absl::StrJoin(values, ", "), " (",
                           key.help, ")"));
}

absl::Status ConfigReader::Finish() const {
  std::set<std::string> known;
  for (const Declared& key : declared_) known.insert(key.name);
  std::vector<std::string> faults = faults_;
  for (const auto& [name, value] : values_) {
    if (known.count(name) == 0) {
      faults.push_back(absl::StrCat(name, ": unknown key; known are ", absl::StrJoin(known, ", ")));
    }
  }
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("configuration: ", absl::StrJoin(faults, "; ")));
  }
  return only_check_ ? absl::CancelledError("the configuration is good") : absl::OkStatus();
}

}  // namespace kozmic
