#ifndef KOZMIC_LIB_HISTORY_HISTORY_RPCS_H_
#define KOZMIC_LIB_HISTORY_HISTORY_RPCS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "kozmic/history/v1/history.pb.h"
#include "lib/history/settings_history.h"

namespace kozmic {

// kozmic.history.v1's answers, for the services that serve them once they know that the caller may
// see the project's history.

inline constexpr char kSettingsChangePattern[] = "projects/{project}/settingsChanges/{change}";

// INVALID_ARGUMENT for a page_size or a number that history.proto does not allow; else as
// SettingsHistory.
absl::Status AnswerListSettingsChanges(const SettingsHistory& history, int64_t project_id,
                                       const history::v1::ListSettingsChangesRequest& request,
                                       history::v1::ListSettingsChangesResponse* response);
// NOT_FOUND.
absl::Status AnswerGetSettingsChange(const SettingsHistory& history, int64_t project_id,
                                     int64_t number, history::v1::SettingsChange* response);

}  // namespace kozmic

#endif  // KOZMIC_LIB_HISTORY_HISTORY_RPCS_H_
