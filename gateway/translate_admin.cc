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
                     {"jobs", JsonArrayOf(runner.jobs(), RunningJobJson)}});
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
