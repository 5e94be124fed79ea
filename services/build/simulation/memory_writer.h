#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_WRITER_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_WRITER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// BuildWriter's twin: the one way in which builds and jobs change. What is not saved has not
// happened.
class MemoryWriter {
 public:
  explicit MemoryWriter(MemoryDatabase& database) : db_(database) {}

  // A copy to work on; null when there is no such build. Stays valid.
  BuildModel* Load(int64_t build_id);
  void Save();

 private:
  void SaveJobs(const BuildModel& build);
  void WishStatus(int64_t project, const std::string& commit);

  MemoryDatabase& db_;
  std::map<int64_t, BuildModel> builds_;
};

// As OpenProjectGates of build_writer.h.
void OpenProjectGates(MemoryDatabase& db, int64_t project, int places);

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_WRITER_H_
