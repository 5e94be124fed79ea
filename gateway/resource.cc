#include "gateway/resource.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/text.h"

namespace kozmic::gateway {
namespace {

std::optional<std::string> Below(const std::optional<std::string>& parent, absl::string_view kind,
                                 const std::string& variable) {
  const std::optional<int64_t> id = ParseNumber(variable, 1);
  if (!parent || !id) return std::nullopt;
  return absl::StrCat(*parent, "/", kind, "/", *id);
}

// Of a kind whose ids are names, for the service to check.
std::optional<std::string> Named(const std::optional<std::string>& parent, absl::string_view kind,
                                 const std::string& variable) {
  if (!parent || !IsUtf8(variable)) return std::nullopt;
  return absl::StrCat(*parent, "/", kind, "/", variable);
}

}  // namespace

std::optional<std::string> ProjectName(const http::Exchange& exchange) {
  const std::optional<int64_t> id = ParseNumber(exchange.Variable("project"), 1);
  if (!id) return std::nullopt;
  return absl::StrCat("projects/", *id);
}

std::optional<std::string> HookName(const http::Exchange& exchange) {
  return Below(ProjectName(exchange), "hooks", exchange.Variable("hook"));
}

std::optional<std::string> SecretName(const http::Exchange& exchange) {
  return Named(ProjectName(exchange), "secrets", exchange.Variable("secret"));
}

std::optional<std::string> RegistryName(const http::Exchange& exchange) {
  return Named(ProjectName(exchange), "registries", exchange.Variable("registry"));
}

std::optional<std::string> BuildName(const http::Exchange& exchange) {
  return Below(ProjectName(exchange), "builds", exchange.Variable("number"));
}

std::optional<std::string> JobName(const http::Exchange& exchange) {
  return Below(BuildName(exchange), "jobs", exchange.Variable("job"));
}

std::optional<std::string> NotificationHookName(const http::Exchange& exchange) {
  return Below(ProjectName(exchange), "notificationHooks", exchange.Variable("hook"));
}

std::optional<std::string> DeliveryName(const http::Exchange& exchange) {
  return Below(ProjectName(exchange), "deliveries", exchange.Variable("delivery"));
}

std::optional<std::string> SettingsName(const http::Exchange& exchange) {
  const std::optional<std::string> project = ProjectName(exchange);
  if (!project) return std::nullopt;
  return absl::StrCat(*project, "/settings");
}

}  // namespace kozmic::gateway
