#ifndef KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_
#define KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/http/socket.h"
#include "services/runner/init_messages.h"

namespace kozmic::runner {

// Names of notes.
inline constexpr char kGrantedNote[] = "granted";
inline constexpr char kEndingNote[] = "ending";
inline constexpr char kInstallNote[] = "install";
inline constexpr char kServicesNote[] = "services";
inline constexpr char kWarmNote[] = "warm";

// A container that was started before it was known for which attempt.
struct WarmContainer {
  // Of the folder that it was started with, and what it is called by.
  std::string id;
  // Of what it is made.
  std::string image_id;
};

// One attempt's folder below the work folder. It outlives the runner's process, so that another
// one finds the attempt again:
//
//   <id>/lease.json  the lease, written before anything starts and durable before the script can
//                    begin; only the runner may read it
//   <id>/released    exists, durably, before the script can begin; no container can remove it
//   <id>/granted     a note: when the lease was granted, as a Moment
//   <id>/ending      a note: why the runner began to end the script; absent while it has not
//   <id>/install     a note: the install script's inputs, while that is the script at hand
//   <id>/services    a note: names of the services whose early end the log tells of
//   <id>/warm        a note: the WarmContainer that the attempt has, while it has one
//   <id>/job/        shared with the container: see init/protocol.h. Secrets are in it only from
//                    Go until kozmic-init has read them; Open, Reset and Salvage remove them too
//   <id>/src/        the clone; becomes the script's
//   <id>/home/       the install script's home, of which nothing is kept
//
// The container's root can write to job/: nothing there is believed to be a plain file, or short.
// Not thread-safe but for AppendLog, log_fd, LogSize, ReadExit, and notes of different names.
class JobFolder {
 public:
  // The id of a lease's folder and container.
  static std::string IdOf(const v1::Lease& lease);

  // Makes an attempt's folder anew, with its lease.
  static absl::StatusOr<std::unique_ptr<JobFolder>> Create(const std::string& work_folder,
                                                           const v1::Lease& lease);
  // Makes a folder for a container of an image, before it is known for which attempt. `id` begins
  // with kWarmPrefix.
  static absl::StatusOr<std::unique_ptr<JobFolder>> CreateWarm(const std::string& work_folder,
                                                               const std::string& id,
                                                               const std::string& image_id,
                                                               const ScriptPlan& plan);
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

  // Of a warm folder: from now on a word that nobody can hear any more is an error (the process
  // ignores SIGPIPE). Once its kozmic-init waits for one.
  absl::Status ListenForEnd();
  // Makes a warm folder an attempt's.
  absl::Status Become(const v1::Lease& lease);
  // The container that came with the folder; absent: the attempt's is one of its own.
  std::optional<WarmContainer> warm() const;
  // The same of a folder that may not be there.
  static std::optional<WarmContainer> WarmOf(const std::string& work_folder, const std::string& id);
  // That container is gone: the attempt gets one of its own.
  absl::Status ForgetWarm();
  // By what the attempt's container is called, and labelled.
  std::string ContainerId() const;

  // Makes ready for another start of an attempt whose script did not begin; keeps lease and log.
  absl::Status Reset();
  // The same once the install script has ended: the script did not begin.
  absl::Status ResetAfterInstall();

  // Writes what kozmic-init reads; one that waits in a warm container will read it.
  absl::Status WritePlan(const ScriptPlan& plan);
  // The same for an install script, with its inputs for the process after this one; makes its home.
  absl::Status WriteInstallPlan(const ScriptPlan& plan, absl::string_view inputs);
  // Lets a waiting kozmic-init run the scripts, and gives it the secrets for them. Only once:
  // whatever becomes of this process, another finds Released. After an error no secret is left.
  // UNAVAILABLE, of a warm folder, when its container has ended: then the script has not begun.
  absl::Status Go(const std::map<std::string, std::string>& secrets = {});

  // Gives kozmic-init a word to end a script that was let go: init::kEnd, init::kKill. It may not
  // hear it: one of an earlier release does not listen.
  absl::Status Tell(char word);

  // Removes the secrets if kozmic-init has not, as when it never came to run.
  void RemoveSecrets() const;

  // A note for the process after this one, in place of an earlier one of that name. Outlives the
  // process, but perhaps not the machine.
  absl::Status WriteNote(const char* name, absl::string_view text);
  // Absent when there is none.
  std::optional<std::string> ReadNote(const char* name) const;

  // Adds a line of the runner's own.
  absl::Status AppendLog(absl::string_view text);
  // Makes `sentence` the log's last line, whatever the script's last line lacks. Again: no change.
  absl::Status EndLog(absl::string_view sentence);
  // The log, open for reading since before the container was there: whatever the container makes
  // of its name.
  int log_fd() const { return log_read_.get(); }
  int64_t LogSize() const;
  // When the script last wrote something, or was let go; by the wall clock.
  absl::Time LastOutputTime() const;

  // Whether Go was called: the script may have begun.
  bool Released() const;
  // Whether kozmic-init says that the script has begun. The script's root can take that back.
  bool Started() const;
  // Absent while the script runs. DATA_LOSS when it is not what kozmic-init writes.
  absl::StatusOr<std::optional<ScriptExit>> ReadExit() const;

  static constexpr char kWarmPrefix[] = "warm-";
  const std::string& id() const { return id_; }
  const std::string& path() const { return path_; }
  const v1::Lease& lease() const { return lease_; }
  std::string job_path() const { return path_ + "/job"; }
  std::string source_path() const { return path_ + "/src"; }
  std::string home_path() const { return path_ + "/home"; }
  std::string log_path() const { return job_path() + "/log"; }

 private:
  JobFolder(std::string path, std::string id) : path_(std::move(path)), id_(std::move(id)) {}
  // Makes what every folder has.
  absl::Status MakeParts();
  absl::Status WriteLease();
  // What is in the folder.
  absl::Status Read(int folder);
  absl::Status OpenLog(bool create);
  // Makes durable which files are in the folder itself.
  absl::Status Sync() const;
  // Of what kozmic-init reads and writes, all but the log.
  absl::Status RemovePlan();
  absl::Status LetGo(char word);

  std::string path_;
  std::string id_;
  v1::Lease lease_;
  // Of a folder that was made just now: that its lease is durable.
  std::future<absl::Status> lease_synced_;
  http::UniqueFd job_;
  http::UniqueFd log_read_;
  http::UniqueFd log_append_;
  http::UniqueFd go_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_FOLDER_H_
