#ifndef KOZMIC_GATEWAY_RESOURCE_H_
#define KOZMIC_GATEWAY_RESOURCE_H_

#include <optional>
#include <string>

#include "lib/http/exchange.h"

namespace kozmic::gateway {

// The resource names of what a request's path is about, from its variables. Nothing when a variable
// is none that an id could be, so that there is nothing at this path.

// "projects/7", from {project}.
std::optional<std::string> ProjectName(const http::Exchange& exchange);
// "projects/7/hooks/4", from {project} and {hook}.
std::optional<std::string> HookName(const http::Exchange& exchange);
// "projects/7/secrets/TOKEN", from {project} and {secret}.
std::optional<std::string> SecretName(const http::Exchange& exchange);
// "projects/7/registries/ghcr.io", from {project} and {registry}.
std::optional<std::string> RegistryName(const http::Exchange& exchange);
// "projects/7/builds/3", from {project} and {number}.
std::optional<std::string> BuildName(const http::Exchange& exchange);

// "projects/7/builds/3/jobs/2", from {project}, {number} and {job}.
std::optional<std::string> JobName(const http::Exchange& exchange);
// "projects/7/notificationHooks/4", from {project} and {hook}.
std::optional<std::string> NotificationHookName(const http::Exchange& exchange);
// "projects/7/deliveries/12", from {project} and {delivery}.
std::optional<std::string> DeliveryName(const http::Exchange& exchange);
// "projects/7/settings", from {project}.
std::optional<std::string> SettingsName(const http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_RESOURCE_H_
