#include "gateway/translate_admin.h"

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/translate.h"
#include "gateway/translate_build.h"

namespace kozmic::gateway {
namespace {

// Where a job is, from "projects/7/builds/3/jobs/2".
struct Place {
  int64_t project = 0;
  int64_t build = 0;
  int64_t job = 0;
};

Place PlaceOf(absl::string_view name) {
  const absl::string_view build = name.substr(0, name.find("/jobs/"));
  return {.project = LastNumber(build.substr(0, build.find("/builds/"))),
          .build = LastNumber(build),
          .job = LastNumber(name)};
}

JsonText RunningJobJson(const build::v1::RunningJob& job) {
  const Place place = PlaceOf(job.name());
  return JsonObject({{"project_id", place.project},
                     {"build", place.build},
                     {"job", place.job},
                     {"repository", job.repository()},
                     {"title", job.title()},
                     {"phase", TextOrNull(job.phase())},
                     {"started_at", TimeJson(job.has_start_time(), job.start_time())}});
}

JsonText RegistrationJson(const build::v1::Runner& runner) {
  if (!runner.has_registration()) return {"null"};
  const build::v1::Registration& made = runner.registration();
  return JsonObject({{"creator", made.creator()},
                     {"created_at", TimeJson(made.has_create_time(), made.create_time())},
                     {"rotated_at", TimeJson(made.has_rotate_time(), made.rotate_time())},
                     {"revoked_by", TextOrNull(made.revoked_by())},
                     {"revoked_at", TimeJson(made.has_revoke_time(), made.revoke_time())}});
}

}  // namespace

JsonText ToJson(const build::v1::Runner& runner) {
  const std::string name(absl::StripPrefix(runner.name(), "runners/"));
  return JsonObject({{"name", name},
                     {"labels", TextsJson(runner.labels())},
                     {"slots", runner.slots()},
                     {"version", runner.version()},
                     {"online", runner.online()},
                     {"seen_at", TimeJson(runner.has_seen_time(), runner.seen_time())},
                     {"started_at", TimeJson(runner.has_session_time(), runner.session_time())},
                     {"paused_by", TextOrNull(runner.paused_by())},
                     {"paused_at", TimeJson(runner.has_pause_time(), runner.pause_time())},
                     {"busy", runner.busy()},
                     {"jobs", JsonArrayOf(runner.jobs(), RunningJobJson)},
                     {"registration", RegistrationJson(runner)}});
}

JsonText ToJson(const build::v1::RegistrationToken& token) {
  return JsonObject({{"id", LastNumber(token.name())},
                     {"display_name", token.display_name()},
                     {"runner", TextOrNull(token.runner())},
                     {"labels", TextsJson(token.labels())},
                     {"creator", token.creator()},
                     {"created_at", TimeJson(token.has_create_time(), token.create_time())},
                     {"expires_at", TimeJson(token.has_expire_time(), token.expire_time())},
                     {"used_at", TimeJson(token.has_use_time(), token.use_time())},
                     {"used_by", TextOrNull(token.used_by())}});
}

JsonText ToJson(const build::v1::PausedProject& project) {
  return JsonObject({{"project_id", LastNumber(project.name())},
                     {"repository", project.repository()},
                     {"paused_by", TextOrNull(project.paused_by())},
                     {"paused_at", TimeJson(project.has_pause_time(), project.pause_time())},
                     {"waiting", project.waiting()},
                     {"running", project.running()}});
}

JsonText ToJson(const build::v1::QueuedJob& job) {
  const Place place = PlaceOf(job.name());
  const std::string branch(Branch(job.ref()));
  return JsonObject({{"project_id", place.project},
                     {"build", place.build},
                     {"job", place.job},
                     {"repository", job.repository()},
                     {"branch", branch},
                     {"title", job.title()},
                     {"labels", TextsJson(job.labels())},
                     {"queued_at", TimeJson(job.has_queue_time(), job.queue_time())},
                     {"wait", ToJson(job.wait())}});
}

}  // namespace kozmic::gateway
