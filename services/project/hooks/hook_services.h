#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SERVICES_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SERVICES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic::project {

// A container that runs beside a hook's script.
struct HookService {
  // The script reaches it by this name.
  std::string name = {};
  std::string image = {};
  std::map<std::string, std::string> environment = {};

  bool operator==(const HookService&) const = default;
};

// Services as they are kept: names and images without blanks around them. INVALID_ARGUMENT, a
// sentence for people, for what kozmic.build.v1.Service does not allow, for two of one name, and
// for more than 5.
absl::StatusOr<std::vector<HookService>> CleanServices(std::vector<HookService> services);

// One, as the REST interface has it.
nlohmann::json ServiceJson(const HookService& service);

// As they lie in the database. What is not as ServicesToJson writes it reads as no services.
std::string ServicesToJson(const std::vector<HookService>& services);
std::vector<HookService> ServicesFromJson(absl::string_view text);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SERVICES_H_
