// What browsers and GitHub speak to: HTTP in front of the services.

#include "gateway/config.h"
#include "gateway/gateway.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/process/process.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(10);

absl::Status Serve(ConfigReader& reader) {
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  const SystemClock clock;
  SystemRandom random;
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<Gateway> gateway,
                          Gateway::Start(config, clock, random));
  Log(Severity::kInfo, "serving", {{"host", config.host}, {"port", gateway->port()}});
  WaitForTermination();
  gateway->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::gateway

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "gateway", kozmic::gateway::Serve);
}
