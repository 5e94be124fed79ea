#include "services/build/simulation/memory_database.h"

#include <algorithm>

namespace kozmic::build::simulation {

BuildRow* MemoryDatabase::FindBuild(int64_t project, int64_t number) {
  for (auto& [id, build] : builds) {
    if (build.model.project == project && build.model.number == number) return &build;
  }
  return nullptr;
}

const JobModel& MemoryDatabase::Job(int64_t job_id) const {
  const BuildModel& build = builds.at(jobs.at(job_id).build_id).model;
  return *std::find_if(build.jobs.begin(), build.jobs.end(),
                       [job_id](const JobModel& job) { return job.id == job_id; });
}

bool MemoryDatabase::Fits(const JobRow& job, const std::vector<std::string>& labels) {
  return std::includes(labels.begin(), labels.end(), job.labels.begin(), job.labels.end());
}

}  // namespace kozmic::build::simulation
