#ifndef KOZMIC_SERVICES_BUILD_SETTINGS_ROWS_H_
#define KOZMIC_SERVICES_BUILD_SETTINGS_ROWS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "kozmic/build/v1/build.pb.h"
#include "lib/history/change.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Of a project that has no settings yet, as in the table.
inline constexpr int kLogFailures = 10;

// A project's settings as they are; the defaults of one that was never built. NOT_FOUND of one that
// is deleted. Throws what libpqxx throws.
absl::Status SelectSettings(pqxx::transaction_base& tx, int64_t project,
                            v1::ProjectSettings* settings);

// What the project's history shows of them, as the REST interface has it.
SettingValues ValuesOf(const v1::ProjectSettings& settings);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_SETTINGS_ROWS_H_
