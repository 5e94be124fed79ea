#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_ROWS_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_ROWS_H_

#include <cstdint>
#include <string>

#include "lib/history/settings_history.h"
#include "pqxx/pqxx"
#include "services/project/hooks/hook_store.h"

namespace kozmic::project {

// Rows of the table hooks. All throw what libpqxx throws.

// What ReadHook reads, in its order.
inline constexpr char kHookColumns[] =
    "hook_id, project_id, title, image, script, install_script, tracked_files, NOT disabled, "
    "branches, events, github_hook_id, (extract(epoch FROM create_time) * 1000000)::bigint, "
    "(extract(epoch FROM update_time) * 1000000)::bigint, labels, timeout_seconds, "
    "stall_timeout_seconds, max_parallel, services";
HookRecord ReadHook(const pqxx::row& row);

// "hooks/7", as its project's history calls it.
std::string HookSubject(int64_t hook_id);
// Notes that a hook came or went, with all that it had.
void AddHookChange(pqxx::transaction_base& tx, const Author& by, const HookRecord& hook,
                   Change::Action action);

// Notes GitHub's number of a hook that was not removed, which counts from now on. When it did not
// before, the history tells who added it, if that is known (a release before the history did not
// note it). `unknown_only`: not if it has a number. False: there is no such hook.
bool MarkMade(pqxx::transaction_base& tx, int64_t hook_id, int64_t github_hook_id,
              bool unknown_only);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_ROWS_H_
