#include "gateway/hook_body.h"

#include <cstdint>
#include <vector>

#include "gateway/body_reader.h"
#include "gateway/translate_project.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using project::v1::Hook;

// A number of a hook that was not given: the service knows what that means.
constexpr int32_t kDefault = 0;

}  // namespace

absl::Status ReadHook(const std::string& text, Hook* hook) {
  bool enabled = true;
  int32_t timeout = 0, stall_timeout = 0, max_parallel = 0;
  std::vector<std::string> tracked_files, branches, events, labels;
  BodyReader body(text);
  body.Text("title", hook->mutable_title());
  body.Text("image", hook->mutable_image());
  body.Text("script", hook->mutable_script());
  body.Text("install_script", hook->mutable_install_script(), "");
  body.TextList("tracked_files", &tracked_files, std::vector<std::string>());
  body.Bool("enabled", &enabled, true);
  body.TextList("branches", &branches, std::vector<std::string>());
  body.TextList("events", &events, std::vector<std::string>{"push", "pull_request"});
  body.TextList("labels", &labels, std::vector<std::string>());
  body.Integer("timeout_seconds", &timeout, 1, kDefault);
  body.Integer("stall_timeout_seconds", &stall_timeout, 1, kDefault);
  body.Integer("max_parallel", &max_parallel, 0, kDefault);
  body.ObjectList("services", [hook](BodyReader& one) {
    build::v1::Service& service = *hook->add_services();
    BodyReader::Texts environment;
    one.Text("name", service.mutable_name());
    one.Text("image", service.mutable_image());
    one.TextMap("environment", &environment, BodyReader::Texts());
    service.mutable_environment()->insert(environment.begin(), environment.end());
  });
  KOZMIC_RETURN_IF_ERROR(body.Finish());
  hook->set_disabled(!enabled);
  hook->mutable_tracked_files()->Assign(tracked_files.begin(), tracked_files.end());
  hook->mutable_branches()->Assign(branches.begin(), branches.end());
  hook->mutable_labels()->Assign(labels.begin(), labels.end());
  hook->set_timeout_seconds(timeout);
  hook->set_stall_timeout_seconds(stall_timeout);
  hook->set_max_parallel(max_parallel);
  for (const std::string& word : events) {
    const Hook::Event event = ParseHookEvent(word);
    if (event == Hook::EVENT_UNSPECIFIED) {
      return WithDetail(absl::InvalidArgumentError("events may be push, pull_request and tag only"),
                        "field", "events");
    }
    hook->add_events(event);
  }
  return absl::OkStatus();
}

}  // namespace kozmic::gateway
