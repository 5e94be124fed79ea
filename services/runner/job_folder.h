#ifndef KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_
#define KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/http/socket.h"

namespace kozmic::runner {

// How a script ended, as kozmic-init witnessed it.
struct ScriptExit {
  // Not empty: there was no script's end; init could not set it up.
  std::string error;
  bool signalled = false;
  // Exit code, or signal.
  int number = 0;
  // Not empty: a part of the log could not be written.
  std::string log_error;

  // 0 to 255, as shells have it.
  int ExitCode() const { return signalled ? 128 + number : number; }
};

// What a script is run with; see init/protocol.h.
struct ScriptPlan {
  std::string user;
  std::string home;
  std::string working_folder;
  std::string script;
  std::map<std::string, std::string> environment;
};

// One attempt's folder below the work folder. It outlives the runner's process, so that another
// one finds the attempt again:
//
//   <id>/lease.json  the lease, written before anything starts; only the runner may read it
//   <id>/released    exists, durably, before the script can begin; no container can remove it
//   <id>/job/        shared with the container: see init/protocol.h
//   <id>/src/        the clone; becomes the script's
//
// The container's root can write to job/: nothing there is believed to be a plain file, or short.
// Not thread-safe but for AppendLog, log_fd and ReadExit.
class JobFolder {
 public:
  // The id of a lease's folder and container.
  static std::string IdOf(const v1::Lease& lease);

  // Makes an attempt's folder anew, with its lease.
  static absl::StatusOr<std::unique_ptr<JobFolder>> Create(const std::string& work_folder,
                                                           const v1::Lease& lease);
  // NOT_FOUND when there is none, or not a whole one; then the script has not begun. DATA_LOSS when
  // it has been let go and something is missing.
  static absl::StatusOr<std::unique_ptr<JobFolder>> Open(const std::string& work_folder,
                                                         const std::string& id);
  // Makes a damaged folder fit to report an end from, with an empty log. It keeps the word whether
  // the script was let go.
  static absl::StatusOr<std::unique_ptr<JobFolder>> Salvage(const std::string& work_folder,
                                                            const v1::Lease& lease);
  // Ids of all folders that are there.
  static std::vector<std::string> List(const std::string& work_folder);
  // Removes a folder and all below it, however deep; follows no links. OK when there is none.
  // DEADLINE_EXCEEDED or CANCELLED when something is left; another call goes on.
  static absl::Status Remove(const std::string& work_folder, const std::string& id,
                             std::stop_token stop = {});

  // Makes ready for another start of an attempt whose script did not begin; keeps lease and log.
  absl::Status Reset();

  // Writes what kozmic-init reads.
  absl::Status WritePlan(const ScriptPlan& plan);
  // Lets a waiting kozmic-init run the script. Only once: whatever becomes of this process, another
  // finds Released.
  absl::Status Go();

  // Adds a line of the runner's own.
  absl::Status AppendLog(absl::string_view text);
  // The log, open for reading since before the container was there: whatever the container makes
  // of its name.
  int log_fd() const { return log_read_.get(); }
  int64_t LogSize() const;

  // Whether Go was called: the script may have begun.
  bool Released() const;
  // Whether kozmic-init says that the script has begun. The script's root can take that back.
  bool Started() const;
  // Absent while the script runs. DATA_LOSS when it is not what kozmic-init writes.
  absl::StatusOr<std::optional<ScriptExit>> ReadExit() const;

  const std::string& id() const { return id_; }
  const v1::Lease& lease() const { return lease_; }
  std::string job_path() const { return path_ + "/job"; }
  std::string source_path() const { return path_ + "/src"; }
  std::string log_path() const { return job_path() + "/log"; }

 private:
  JobFolder(std::string path, std::string id) : path_(std::move(path)), id_(std::move(id)) {}
  // What is in the folder.
  absl::Status Read(int folder);
  absl::Status OpenLog(bool create);

  const std::string path_;
  const std::string id_;
  v1::Lease lease_;
  http::UniqueFd job_;
  http::UniqueFd log_read_;
  http::UniqueFd log_append_;
  http::UniqueFd go_;
};

// The file `exit` as it is parsed. Absent when it is not what kozmic-init writes.
std::optional<ScriptExit> ParseExit(absl::string_view text);
// The file `instructions`.
std::string SerializeInstructions(const ScriptPlan& plan, absl::string_view script_path);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_
