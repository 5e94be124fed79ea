#ifndef KOZMIC_SERVICES_BUILD_ADMIN_PROJECT_ROWS_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_PROJECT_ROWS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "kozmic/build/v1/admin.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Pauses or, with an empty `by`, resumes a project. NOT_FOUND.
absl::Status PauseProject(pqxx::transaction_base& tx, int64_t project, const std::string& by,
                          v1::PausedProject* out);
v1::ListPausedProjectsResponse ReadPausedProjects(pqxx::transaction_base& tx);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_PROJECT_ROWS_H_
