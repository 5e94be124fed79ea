#include "gateway/settings_body.h"

#include <cstdint>

#include "gateway/body_reader.h"

namespace kozmic::gateway {

absl::Status ReadSettings(const std::string& text, build::v1::ProjectSettings* settings) {
  bool fail_fast = false, pull_requests = false, branches = false, retry_lost = false, mail = false;
  bool submodules = false;
  int32_t max_parallel = 0, log_days = 0, log_builds = 0, log_failures = 0;
  BodyReader body(text);
  body.Bool("fail_fast", &fail_fast);
  body.Bool("cancel_superseded_pull_requests", &pull_requests);
  body.Bool("cancel_superseded_branches", &branches);
  body.Integer("max_parallel", &max_parallel, 0);
  body.Bool("retry_lost", &retry_lost);
  body.Bool("mail", &mail);
  body.Bool("submodules", &submodules);
  body.Integer("log_days", &log_days, 0);
  body.Integer("log_builds", &log_builds, 0);
  body.Integer("log_failures", &log_failures, 0);
  settings->set_fail_fast(fail_fast);
  settings->set_cancel_superseded_pull_requests(pull_requests);
  settings->set_cancel_superseded_branches(branches);
  settings->set_max_parallel(max_parallel);
  settings->set_retry_lost(retry_lost);
  settings->set_mail(mail);
  settings->set_submodules(submodules);
  settings->set_log_days(log_days);
  settings->set_log_builds(log_builds);
  settings->set_log_failures(log_failures);
  return body.Finish();
}

}  // namespace kozmic::gateway
