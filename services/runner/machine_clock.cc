#include "services/runner/machine_clock.h"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace kozmic::runner {
namespace {

constexpr char kNoBootId[] = "-";

std::string ReadBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

}  // namespace

std::string Moment::ToString() const {
  return absl::StrCat(boot_id.empty() ? kNoBootId : boot_id, " ",
                      absl::ToInt64Microseconds(since_boot), " ", absl::ToUnixMicros(wall), "\n");
}

std::optional<Moment> Moment::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  int64_t since_boot = 0;
  int64_t wall = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &since_boot) ||
      !absl::SimpleAtoi(parts[2], &wall)) {
    return std::nullopt;
  }
  return Moment{.boot_id = parts[0] == kNoBootId ? "" : std::string(parts[0]),
                .since_boot = absl::Microseconds(since_boot),
                .wall = absl::FromUnixMicros(wall)};
}

absl::Duration Elapsed(const Moment& since, const Moment& now) {
  const bool same_boot = !now.boot_id.empty() && since.boot_id == now.boot_id;
  const absl::Duration elapsed =
      same_boot ? now.since_boot - since.since_boot : now.wall - since.wall;
  return std::max(elapsed, absl::ZeroDuration());
}

SystemMachineClock::SystemMachineClock() : boot_id_(ReadBootId()) {}

Moment SystemMachineClock::Now() const {
  timespec since_boot;
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return {.boot_id = boot_id_,
          .since_boot = absl::DurationFromTimespec(since_boot),
          .wall = absl::Now()};
}

}  // namespace kozmic::runner
