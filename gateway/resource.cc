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
  const std::optional<std::string> project = ProjectName(exchange);
  const std::string& name = exchange.Variable("secret");
  if (!project || !IsUtf8(name)) return std::nullopt;
  return absl::StrCat(*project, "/secrets/", name);
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
