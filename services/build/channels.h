#ifndef KOZMIC_SERVICES_BUILD_CHANNELS_H_
#define KOZMIC_SERVICES_BUILD_CHANNELS_H_

namespace kozmic::build {

// The PostgreSQL notifications with which transactions wake all replicas of this service. Hints:
// whoever listens also looks by itself now and then.

// Jobs were enqueued. No payload.
inline constexpr char kJobsChannel[] = "kozmic_jobs";
// Builds of a project changed. Payload: the project's number.
inline constexpr char kChangesChannel[] = "kozmic_changes";
// Commit statuses are to be reported. No payload.
inline constexpr char kStatusesChannel[] = "kozmic_statuses";
// A runner's leases are to end before their time. Payload: the runner's name.
inline constexpr char kSessionsChannel[] = "kozmic_sessions";

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_CHANNELS_H_
