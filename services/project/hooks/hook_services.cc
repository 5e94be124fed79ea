#include "services/project/hooks/hook_services.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/docker/image_reference.h"
#include "lib/docker/network_alias.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

using nlohmann::json;

constexpr size_t kMostServices = 5;
constexpr size_t kMostVariables = 50;
constexpr size_t kLongestVariableName = 100;
constexpr size_t kLargestEnvironment = 16 << 10;
constexpr size_t kShown = 80;

bool IsVariableName(absl::string_view name) {
  if (name.empty() || name.size() > kLongestVariableName) return false;
  const auto begins = [](unsigned char c) { return absl::ascii_isalpha(c) || c == '_'; };
  return begins(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [&](unsigned char c) {
           return begins(c) || absl::ascii_isdigit(c) || c == '.' || c == '-';
         });
}

absl::Status CheckEnvironment(const HookService& service) {
  const auto fault = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("The service \"", service.name, "\": ", what));
  };
  if (service.environment.size() > kMostVariables) {
    return fault(absl::StrCat("at most ", kMostVariables, " variables."));
  }
  size_t size = 0;
  for (const auto& [name, value] : service.environment) {
    if (!IsVariableName(name)) {
      return fault(absl::StrCat("\"", name.substr(0, kShown), "\" is not a variable's name: 1 to ",
                                kLongestVariableName,
                                " letters, digits, \"_\", \".\" and \"-\", beginning with a letter "
                                "or \"_\"."));
    }
    if (value.find_first_of(std::string("\0\r\n", 3)) != std::string::npos) {
      return fault(absl::StrCat("the variable ", name, " must be one line, without NUL."));
    }
    size += name.size() + value.size();
  }
  if (size > kLargestEnvironment) return fault("at most 16 KB of variables.");
  return absl::OkStatus();
}

absl::Status Clean(HookService& service) {
  absl::StripAsciiWhitespace(&service.name);
  absl::StripAsciiWhitespace(&service.image);
  if (!docker::IsNetworkAlias(service.name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", service.name.substr(0, kShown),
        "\" is not a service's name, which the script reaches it by: 1 to 63 of a-z, 0-9 and "
        "\"-\", beginning with a letter and not ending with \"-\"."));
  }
  if (service.name == "localhost" || service.name == "kozmic") {
    return absl::InvalidArgumentError(absl::StrCat("A service must not be called \"", service.name,
                                                   "\", which is the script's own container."));
  }
  const auto image = docker::ParseImageReference(service.image);
  if (!image.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The service \"", service.name, "\": ", image.status().message(), "."));
  }
  return CheckEnvironment(service);
}

}  // namespace

absl::StatusOr<std::vector<HookService>> CleanServices(std::vector<HookService> services) {
  if (services.size() > kMostServices) {
    return absl::InvalidArgumentError(absl::StrCat("At most ", kMostServices, " services."));
  }
  std::set<std::string> names;
  for (HookService& service : services) {
    KOZMIC_RETURN_IF_ERROR(Clean(service));
    if (!names.insert(service.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("There are two services of the name \"", service.name, "\"."));
    }
  }
  return services;
}

json ServiceJson(const HookService& service) {
  return {{"name", service.name}, {"image", service.image}, {"environment", service.environment}};
}

std::string ServicesToJson(const std::vector<HookService>& services) {
  json list = json::array();
  for (const HookService& service : services) {
    list.push_back(ServiceJson(service));
  }
  return DumpJson(list);
}

std::vector<HookService> ServicesFromJson(absl::string_view text) {
  std::vector<HookService> services;
  const auto list = ParseJson(text);
  if (!list.ok() || !list->is_array()) return services;
  for (const json& entry : *list) {
    HookService& service = services.emplace_back();
    service.name = JsonText(entry, "name").value_or("");
    service.image = JsonText(entry, "image").value_or("");
    const json* const environment = JsonAt(entry, "environment");
    if (environment == nullptr || !environment->is_object()) continue;
    for (const auto& [name, value] : environment->items()) {
      if (value.is_string()) service.environment[name] = value.get<std::string>();
    }
  }
  return services;
}

}  // namespace kozmic::project
