#include "services/runner/init_messages.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

// An environment can hold neither; a NUL would begin another record.
bool IsVariable(absl::string_view name, absl::string_view value) {
  return !name.empty() && !absl::StrContains(name, '=') && !absl::StrContains(name, '\0') &&
         !absl::StrContains(value, '\0');
}

}  // namespace

std::optional<ScriptExit> ParseExit(absl::string_view text) {
  if (!absl::EndsWith(text, "\n")) return std::nullopt;
  text.remove_suffix(1);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.empty() || lines.size() > 3) return std::nullopt;
  ScriptExit exit;
  const std::pair<std::string, std::string> first =
      absl::StrSplit(lines[0], absl::MaxSplits(' ', 1));
  if (first.first == "error" && !first.second.empty()) {
    exit.error = first.second;
  } else if (first.first == "code" || first.first == "signal") {
    exit.signalled = first.first == "signal";
    const int most = exit.signalled ? 127 : 255;
    const int least = exit.signalled ? 1 : 0;
    if (!absl::SimpleAtoi(first.second, &exit.number) || exit.number < least ||
        exit.number > most) {
      return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  size_t at = 1;
  const auto take = [&](absl::string_view key, std::string& value) {
    if (at == lines.size()) return;
    absl::string_view line = lines[at];
    if (!absl::ConsumePrefix(&line, key) || line.empty()) return;
    value = std::string(line);
    ++at;
  };
  take("note ", exit.note);
  take("log-error ", exit.log_error);
  if (at != lines.size()) return std::nullopt;
  return exit;
}

std::string SerializeInstructions(const ScriptPlan& plan) {
  std::string text = init::kInstructionsMagic;
  const auto add = [&text](char kind, absl::string_view value) {
    absl::StrAppend(&text, absl::string_view(&kind, 1), value, absl::string_view("\0", 1));
  };
  add('u', plan.user);
  add('h', plan.home);
  add('w', plan.working_folder);
  add('s', absl::StrCat(init::kJobFolder, "/", init::kScriptFile));
  if (plan.no_new_privileges) add('n', "");
  for (const auto& [name, value] : plan.environment) {
    if (IsVariable(name, value)) add('e', absl::StrCat(name, "=", value));
  }
  return text;
}

std::string SerializeSecrets(const std::map<std::string, std::string>& secrets) {
  std::string text = init::kSecretsMagic;
  for (const auto& [name, value] : secrets) {
    if (IsVariable(name, value)) {
      absl::StrAppend(&text, name, "=", value, absl::string_view("\0", 1));
    }
  }
  return text;
}

}  // namespace kozmic::runner
