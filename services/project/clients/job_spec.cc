#include "services/project/clients/job_spec.h"

#include "absl/strings/str_cat.h"

namespace kozmic::project {

void FillServices(const std::vector<HookService>& services,
                  google::protobuf::RepeatedPtrField<build::v1::Service>* out) {
  for (const HookService& service : services) {
    build::v1::Service& added = *out->Add();
    added.set_name(service.name);
    added.set_image(service.image);
    added.mutable_environment()->insert(service.environment.begin(), service.environment.end());
  }
}

void FillJobSpec(const HookRecord& hook, build::v1::JobSpec* out) {
  const HookFields& fields = hook.fields;
  out->set_hook(absl::StrCat("projects/", hook.project_id, "/hooks/", hook.hook_id));
  out->set_title(fields.title);
  out->set_image(fields.image);
  out->set_script(fields.script);
  out->set_install_script(fields.install_script);
  out->mutable_tracked_files()->Assign(fields.tracked_files.begin(), fields.tracked_files.end());
  out->mutable_labels()->Assign(fields.labels.begin(), fields.labels.end());
  out->set_timeout_seconds(fields.timeout_seconds);
  out->set_stall_timeout_seconds(fields.stall_timeout_seconds);
  out->set_max_parallel(fields.max_parallel);
  FillServices(fields.services, out->mutable_services());
}

}  // namespace kozmic::project
