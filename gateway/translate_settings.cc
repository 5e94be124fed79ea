#include "gateway/translate_settings.h"

#include "gateway/translate.h"

namespace kozmic::gateway {

JsonText ToJson(const build::v1::ProjectSettings& settings) {
  return JsonObject(
      {{"fail_fast", settings.fail_fast()},
       {"cancel_superseded_pull_requests", settings.cancel_superseded_pull_requests()},
       {"cancel_superseded_branches", settings.cancel_superseded_branches()},
       {"max_parallel", settings.max_parallel()},
       {"retry_lost", settings.retry_lost()},
       {"mail", settings.mail()},
       {"submodules", settings.submodules()},
       {"log_days", settings.log_days()},
       {"log_builds", settings.log_builds()},
       {"log_failures", settings.log_failures()}});
}

JsonText ToJson(const build::v1::NotificationHook& hook) {
  return JsonObject({{"id", LastNumber(hook.name())},
                     {"url", hook.url()},
                     {"created_at", TimeJson(hook.has_create_time(), hook.create_time())},
                     {"last_at", TimeJson(hook.has_last_time(), hook.last_time())},
                     {"last_result", hook.last_result()},
                     {"waiting", hook.waiting()}});
}

}  // namespace kozmic::gateway
