#include "services/runner/job_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "lib/http/socket.h"
#include "lib/process/child_process.h"
#include "lib/status/macros.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

using http::UniqueFd;

constexpr char kLeaseFile[] = "lease.json";
constexpr char kReleasedFile[] = "released";
constexpr size_t kMaxLease = 8 << 20;
constexpr size_t kMaxExit = 8 << 10;
constexpr size_t kMaxNote = 1 << 10;
// What is not removed by then is left to the next try.
constexpr absl::Duration kRemovalTime = absl::Seconds(60);

absl::Status Problem(absl::string_view what, absl::string_view path) {
  const int error = errno;
  const std::string text = absl::StrCat(what, " ", path, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(text);
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(text);
  return absl::InternalError(text);
}

absl::Status WriteAll(int fd, absl::string_view data, absl::string_view path) {
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return Problem("write", path);
    }
    data.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, absl::string_view data, mode_t mode, bool durable) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (fd.get() < 0) return Problem("create", path);
  KOZMIC_RETURN_IF_ERROR(WriteAll(fd.get(), data, path));
  // The process's umask is not ours to choose.
  if (fchmod(fd.get(), mode) != 0) return Problem("chmod", path);
  if (durable && fsync(fd.get()) != 0) return Problem("sync", path);
  return absl::OkStatus();
}

// A plain file of at most `limit` bytes.
absl::StatusOr<std::string> ReadPlainFile(int folder, const char* name, size_t limit) {
  const UniqueFd fd(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0) return Problem("open", name);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return Problem("stat", name);
  if (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > limit) {
    return absl::DataLossError(absl::StrCat(name, " is not a plain file of a sensible size"));
  }
  std::string data(static_cast<size_t>(info.st_size), '\0');
  size_t used = 0;
  while (used < data.size()) {
    const ssize_t got = read(fd.get(), data.data() + used, data.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += static_cast<size_t>(got);
  }
  data.resize(used);
  return data;
}

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 || chmod(path.c_str(), mode) != 0) {
    return Problem("make folder", path);
  }
  return absl::OkStatus();
}

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 || errno != ENOENT;
}

// By a program that needs few descriptors and no deep stack, whatever a script has nested.
absl::Status RemoveTree(const std::string& path, std::stop_token stop = {}) {
  if (!Exists(path)) return absl::OkStatus();
  KOZMIC_ASSIGN_OR_RETURN(
      const ChildResult removal,
      RunChild({"rm", "-rf", "--one-file-system", "--", path},
               {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}, kRemovalTime, std::move(stop)));
  if (removal.exit_code != 0) {
    return absl::InternalError(absl::StrCat("remove ", path, ": ", removal.output));
  }
  return absl::OkStatus();
}

}  // namespace

std::string JobFolder::IdOf(const v1::Lease& lease) {
  std::string id;
  for (const char c : lease.attempt()) {
    if (absl::ascii_isdigit(c)) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  return absl::StrCat(id, ".", lease.fence());
}

absl::StatusOr<std::unique_ptr<JobFolder>> JobFolder::Create(const std::string& work_folder,
                                                             const v1::Lease& lease) {
  const std::string id = IdOf(lease);
  KOZMIC_RETURN_IF_ERROR(Remove(work_folder, id));
  std::unique_ptr<JobFolder> folder(new JobFolder(work_folder + "/" + id, id));
  folder->lease_ = lease;
  // Others enter it only by way of the container's mounts.
  KOZMIC_RETURN_IF_ERROR(MakeFolder(folder->path_, 0700));
  KOZMIC_RETURN_IF_ERROR(folder->WriteLease());
  KOZMIC_RETURN_IF_ERROR(folder->MakeParts());
  return folder;
}

absl::StatusOr<std::unique_ptr<JobFolder>> JobFolder::CreateWarm(const std::string& work_folder,
                                                                 const std::string& id,
                                                                 const std::string& image_id,
                                                                 const ScriptPlan& plan) {
  std::unique_ptr<JobFolder> folder(new JobFolder(work_folder + "/" + id, id));
  KOZMIC_RETURN_IF_ERROR(MakeFolder(folder->path_, 0700));
  KOZMIC_RETURN_IF_ERROR(folder->MakeParts());
  KOZMIC_RETURN_IF_ERROR(folder->WritePlan(plan));
  KOZMIC_RETURN_IF_ERROR(folder->WriteNote(kWarmNote, absl::StrCat(id, " ", image_id)));
  return folder;
}

absl::Status JobFolder::MakeParts() {
  KOZMIC_RETURN_IF_ERROR(MakeFolder(job_path(), 0755));
  KOZMIC_RETURN_IF_ERROR(MakeFolder(source_path(), 0755));
  return OpenLog(/*create=*/true);
}

absl::Status JobFolder::WriteLease() {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(lease_, &json);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  const std::string path = path_ + "/" + kLeaseFile;
  KOZMIC_RETURN_IF_ERROR(WriteFile(path, json, 0600, /*durable=*/false));
  // The disk takes its time: beside what the container needs first. The name may change meanwhile.
  UniqueFd file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) return Problem("open", path);
  lease_synced_ = std::async(std::launch::async, [file = std::move(file), path] {
    return fsync(file.get()) == 0 ? absl::OkStatus() : Problem("sync", path);
  });
  return absl::OkStatus();
}

absl::Status JobFolder::Become(const v1::Lease& lease) {
  const std::string work_folder = path_.substr(0, path_.size() - id_.size() - 1);
  const std::string id = IdOf(lease);
  KOZMIC_RETURN_IF_ERROR(Remove(work_folder, id));
  lease_ = lease;
  KOZMIC_RETURN_IF_ERROR(WriteLease());
  const std::string path = work_folder + "/" + id;
  // What is mounted in the container follows.
  if (rename(path_.c_str(), path.c_str()) != 0) return Problem("rename to", path);
  path_ = path;
  id_ = id;
  return absl::OkStatus();
}

absl::Status JobFolder::ListenForEnd() {
  const std::string go = absl::StrCat(job_path(), "/", init::kGoFile);
  UniqueFd writer(open(go.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (writer.get() < 0) return Problem("open", go);
  // The other was a reader too.
  go_ = std::move(writer);
  return absl::OkStatus();
}

std::optional<WarmContainer> JobFolder::warm() const {
  const std::optional<std::string> note = ReadNote(kWarmNote);
  if (!note) return std::nullopt;
  const size_t space = note->find(' ');
  if (space == std::string::npos) return std::nullopt;
  return WarmContainer{note->substr(0, space), note->substr(space + 1)};
}

std::optional<WarmContainer> JobFolder::WarmOf(const std::string& work_folder,
                                               const std::string& id) {
  return JobFolder(work_folder + "/" + id, id).warm();
}

absl::Status JobFolder::ForgetWarm() {
  const std::string note = absl::StrCat(path_, "/", kWarmNote);
  if (unlink(note.c_str()) != 0 && errno != ENOENT) return Problem("remove", note);
  return absl::OkStatus();
}

std::string JobFolder::ContainerId() const {
  const std::optional<WarmContainer> container = warm();
  return container ? container->id : id_;
}

absl::StatusOr<std::unique_ptr<JobFolder>> JobFolder::Open(const std::string& work_folder,
                                                           const std::string& id) {
  std::unique_ptr<JobFolder> folder(new JobFolder(work_folder + "/" + id, id));
  const UniqueFd whole(open(folder->path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (whole.get() < 0) return Problem("open", folder->path_);
  const absl::Status read = folder->Read(whole.get());
  if (absl::IsNotFound(read) && folder->Released()) return absl::DataLossError(read.message());
  if (!read.ok()) return read;
  return folder;
}

absl::Status JobFolder::Read(int folder) {
  KOZMIC_ASSIGN_OR_RETURN(const std::string json, ReadPlainFile(folder, kLeaseFile, kMaxLease));
  if (!google::protobuf::util::JsonStringToMessage(json, &lease_).ok()) {
    return absl::NotFoundError(absl::StrCat("the lease in ", path_, " is not whole"));
  }
  KOZMIC_RETURN_IF_ERROR(OpenLog(/*create=*/false));
  // kozmic-init has read them if a script runs; if none does, none is to be started with them.
  RemoveSecrets();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<JobFolder>> JobFolder::Salvage(const std::string& work_folder,
                                                              const v1::Lease& lease) {
  const std::string id = IdOf(lease);
  std::unique_ptr<JobFolder> folder(new JobFolder(work_folder + "/" + id, id));
  folder->lease_ = lease;
  KOZMIC_RETURN_IF_ERROR(RemoveTree(folder->job_path()));
  KOZMIC_RETURN_IF_ERROR(MakeFolder(folder->job_path(), 0755));
  KOZMIC_RETURN_IF_ERROR(folder->OpenLog(/*create=*/true));
  return folder;
}

std::vector<std::string> JobFolder::List(const std::string& work_folder) {
  std::vector<std::string> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator at(work_folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_directory(error)) ids.push_back(at->path().filename());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::Status JobFolder::Remove(const std::string& work_folder, const std::string& id,
                               std::stop_token stop) {
  return RemoveTree(work_folder + "/" + id, std::move(stop));
}

absl::Status JobFolder::OpenLog(bool create) {
  job_ = UniqueFd(open(job_path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (job_.get() < 0) return Problem("open", job_path());
  const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  log_append_ =
      UniqueFd(openat(job_.get(), init::kLogFile, create ? flags | O_CREAT | O_EXCL : flags, 0600));
  log_read_ =
      UniqueFd(openat(job_.get(), init::kLogFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat read_info;
  struct stat append_info;
  if (log_append_.get() < 0 || log_read_.get() < 0 || fstat(log_read_.get(), &read_info) != 0 ||
      fstat(log_append_.get(), &append_info) != 0) {
    return Problem("open", log_path());
  }
  if (!S_ISREG(read_info.st_mode) || read_info.st_ino != append_info.st_ino) {
    return absl::DataLossError("the log is not a plain file any more");
  }
  return absl::OkStatus();
}

absl::Status JobFolder::Reset() {
  if (Released()) return absl::FailedPreconditionError("the script was let go");
  KOZMIC_RETURN_IF_ERROR(RemovePlan());
  KOZMIC_RETURN_IF_ERROR(ForgetWarm());
  for (const std::string& path : {path_ + "/" + kInstallNote, home_path(), source_path()}) {
    KOZMIC_RETURN_IF_ERROR(RemoveTree(path));
  }
  return MakeFolder(source_path(), 0755);
}

absl::Status JobFolder::Sync() const {
  const UniqueFd whole(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (whole.get() < 0 || fsync(whole.get()) != 0) return Problem("sync", path_);
  return absl::OkStatus();
}

absl::Status JobFolder::RemovePlan() {
  go_.reset();
  for (const char* name : {init::kScriptFile, init::kInstructionsFile, init::kSecretsFile,
                           init::kReadyFile, init::kGoFile, init::kStartedFile, init::kExitFile}) {
    KOZMIC_RETURN_IF_ERROR(RemoveTree(job_path() + "/" + name));
  }
  return absl::OkStatus();
}

absl::Status JobFolder::ResetAfterInstall() {
  if (!ReadNote(kInstallNote).has_value()) {
    return absl::FailedPreconditionError("no install script was let go");
  }
  // First: whoever comes after this begins anew, and finds what the install script led to.
  const std::string released = path_ + "/" + kReleasedFile;
  if (unlink(released.c_str()) != 0) return Problem("remove", released);
  KOZMIC_RETURN_IF_ERROR(Sync());
  return Reset();
}

absl::Status JobFolder::WriteInstallPlan(const ScriptPlan& plan, absl::string_view inputs) {
  KOZMIC_RETURN_IF_ERROR(WriteNote(kInstallNote, inputs));
  KOZMIC_RETURN_IF_ERROR(MakeFolder(home_path(), 0755));
  return WritePlan(plan);
}

absl::Status JobFolder::WritePlan(const ScriptPlan& plan) {
  const bool is_warm = ReadNote(kWarmNote).has_value();
  const std::string base = job_path() + "/";
  if (is_warm) {
    // Whoever waits has the pipe.
    for (const char* name : {init::kScriptFile, init::kInstructionsFile}) {
      if (unlink((base + name).c_str()) != 0) return Problem("remove", base + name);
    }
  } else {
    // One that came to nothing may have been written before.
    KOZMIC_RETURN_IF_ERROR(RemovePlan());
  }
  KOZMIC_RETURN_IF_ERROR(WriteFile(base + init::kScriptFile, plan.script, 0555, false));
  KOZMIC_RETURN_IF_ERROR(
      WriteFile(base + init::kInstructionsFile, SerializeInstructions(plan), 0600, false));
  if (is_warm) return absl::OkStatus();
  const std::string go = base + init::kGoFile;
  if (plan.foreign_kernel) {
    go_ = UniqueFd(
        open(go.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return go_.get() < 0 ? Problem("make", go) : absl::OkStatus();
  }
  if (mkfifo(go.c_str(), 0600) != 0) return Problem("make pipe", go);
  // Open for both, it needs no reader yet; and it ends when this process does.
  go_ = UniqueFd(open(go.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (go_.get() < 0) return Problem("open", go);
  return absl::OkStatus();
}

absl::Status JobFolder::Go(const std::map<std::string, std::string>& secrets) {
  absl::Status gone;
  if (!secrets.empty()) {
    gone = WriteFile(absl::StrCat(job_path(), "/", init::kSecretsFile), SerializeSecrets(secrets),
                     0600, /*durable=*/false);
  }
  if (gone.ok()) gone = LetGo(secrets.empty() ? init::kGo : init::kGoWithSecrets);
  if (!gone.ok()) RemoveSecrets();
  return gone;
}

absl::Status JobFolder::LetGo(char word) {
  if (lease_synced_.valid()) KOZMIC_RETURN_IF_ERROR(lease_synced_.get());
  KOZMIC_RETURN_IF_ERROR(WriteFile(path_ + "/" + kReleasedFile, "", 0600, /*durable=*/false));
  // It is empty: all of it is in its folder.
  KOZMIC_RETURN_IF_ERROR(Sync());
  while (write(go_.get(), &word, 1) != 1) {
    if (errno == EINTR) continue;
    const bool is_unheard = errno == EPIPE;
    const absl::Status problem = Problem("write", "the pipe to kozmic-init");
    if (!is_unheard) return problem;
    // Nobody has heard it, and nobody will.
    const std::string released = path_ + "/" + kReleasedFile;
    if (unlink(released.c_str()) != 0) return Problem("remove", released);
    KOZMIC_RETURN_IF_ERROR(Sync());
    return absl::UnavailableError(problem.message());
  }
  return absl::OkStatus();
}

absl::Status JobFolder::Tell(char word) {
  if (!go_) {
    // Not opened by this process. Without a reader it does not open.
    UniqueFd go(openat(job_.get(), init::kGoFile,
                       O_WRONLY | O_APPEND | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    struct stat info;
    if (go.get() < 0 || fstat(go.get(), &info) != 0) return Problem("open", init::kGoFile);
    if (!S_ISFIFO(info.st_mode) && !S_ISREG(info.st_mode)) {
      return absl::DataLossError("what leads to kozmic-init is neither pipe nor file");
    }
    go_ = std::move(go);
  }
  return WriteAll(go_.get(), absl::string_view(&word, 1), "the pipe to kozmic-init");
}

void JobFolder::RemoveSecrets() const { unlinkat(job_.get(), init::kSecretsFile, 0); }

absl::Status JobFolder::AppendLog(absl::string_view text) {
  return WriteAll(log_append_.get(), text, log_path());
}

absl::Status JobFolder::EndLog(absl::string_view sentence) {
  const std::string line = absl::StrCat(sentence, "\n");
  // With what is before the line, to see whether it is one of its own.
  std::string tail(line.size() + 1, '\0');
  const int64_t size = LogSize();
  const int64_t from = std::max<int64_t>(0, size - static_cast<int64_t>(tail.size()));
  const ssize_t got = pread(log_read_.get(), tail.data(), tail.size(), from);
  tail.resize(got > 0 ? static_cast<size_t>(got) : 0);
  if (tail == line || tail == "\n" + line) return absl::OkStatus();
  return AppendLog(tail.empty() || tail.back() == '\n' ? line : "\n" + line);
}

absl::Status JobFolder::WriteNote(const char* name, absl::string_view text) {
  const std::string path = absl::StrCat(path_, "/", name);
  const std::string unfinished = path + ".new";
  unlink(unfinished.c_str());
  KOZMIC_RETURN_IF_ERROR(WriteFile(unfinished, text, 0600, /*durable=*/false));
  if (rename(unfinished.c_str(), path.c_str()) != 0) return Problem("rename to", path);
  return absl::OkStatus();
}

std::optional<std::string> JobFolder::ReadNote(const char* name) const {
  const UniqueFd whole(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (whole.get() < 0) return std::nullopt;
  auto text = ReadPlainFile(whole.get(), name, kMaxNote);
  return text.ok() ? std::optional(*std::move(text)) : std::nullopt;
}

absl::Time JobFolder::LastOutputTime() const {
  struct stat info;
  absl::Time last = absl::InfinitePast();
  if (stat((path_ + "/" + kReleasedFile).c_str(), &info) == 0) {
    last = absl::TimeFromTimespec(info.st_mtim);
  }
  if (fstat(log_read_.get(), &info) == 0) {
    last = std::max(last, absl::TimeFromTimespec(info.st_mtim));
  }
  return last;
}

int64_t JobFolder::LogSize() const {
  struct stat info;
  return fstat(log_read_.get(), &info) == 0 ? info.st_size : 0;
}

bool JobFolder::Released() const { return Exists(path_ + "/" + kReleasedFile); }

bool JobFolder::Started() const {
  return faccessat(job_.get(), init::kStartedFile, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

absl::StatusOr<std::optional<ScriptExit>> JobFolder::ReadExit() const {
  const auto text = ReadPlainFile(job_.get(), init::kExitFile, kMaxExit);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return absl::DataLossError(text.status().message());
  std::optional<ScriptExit> exit = ParseExit(*text);
  if (!exit) return absl::DataLossError("the file exit is not what kozmic-init writes");
  return exit;
}

}  // namespace kozmic::runner
