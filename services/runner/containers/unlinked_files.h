#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_UNLINKED_FILES_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_UNLINKED_FILES_H_

#include <sys/types.h>

#include <cstdint>

namespace kozmic::runner {

// Bytes of disk of files that have no name any more and that processes of a container hold open or
// mapped: nothing else counts them. `pid`: of any process of the container, as this machine has it;
// 0, or one that is not in a container here (the engine is on another machine): there are none. For
// root; what other users may not see of a process does not count. An estimate.
int64_t MeasureUnlinkedFiles(pid_t pid);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_UNLINKED_FILES_H_
