#include "services/runner/fetch/mirror.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"
#include "services/runner/fetch/revision.h"
#include "services/runner/fetch/write_text.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

// A mirror has no links of its own.
constexpr fs::copy_options kWithoutLinks =
    fs::copy_options::recursive | fs::copy_options::skip_symlinks;

bool IsOf(const std::string& path, fs::file_type type) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == type;
}
bool IsFile(const std::string& path) { return IsOf(path, fs::file_type::regular); }
bool IsFolder(const std::string& path) { return IsOf(path, fs::file_type::directory); }

// The text of a value in git's configuration.
std::string Quoted(absl::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

absl::Status CreateMirror(const std::string& mirror) {
  std::error_code error;
  fs::remove_all(mirror, error);
  for (const char* folder : {"/objects/pack", "/objects/info", "/refs/heads", "/refs/tags"}) {
    fs::create_directories(mirror + folder, error);
    if (error) return absl::InternalError(absl::StrCat("make ", mirror, ": ", error.message()));
  }
  KOZMIC_RETURN_IF_ERROR(
      WriteText(mirror + "/config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"));
  return WriteText(mirror + "/HEAD", "ref: refs/heads/none\n");
}

bool IsMirror(const std::string& mirror) {
  return IsFile(mirror + "/HEAD") && IsFolder(mirror + "/objects") &&
         IsFolder(mirror + "/objects/pack") && IsFolder(mirror + "/refs");
}

std::string NewestOf(const std::string& mirror) {
  const std::string path = absl::StrCat(mirror, "/", kNewestRef);
  if (!IsMirror(mirror) || !IsFile(path)) return "";
  std::ifstream file(path, std::ios::binary);
  std::string commit;
  std::getline(file, commit);
  return IsCommitId(commit) ? commit : "";
}

void RemoveLeftovers(const std::string& mirror) {
  std::error_code error;
  for (fs::directory_iterator at(mirror + "/objects/pack", error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    if (absl::StartsWith(at->path().filename().string(), "tmp_")) fs::remove(at->path(), gone);
  }
}

size_t CountPacks(const std::string& mirror) {
  std::error_code error;
  size_t packs = 0;
  for (fs::directory_iterator at(mirror + "/objects/pack", error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".pack") ++packs;
  }
  return packs;
}

absl::Status CopyMirror(const std::string& mirror, const CloneHead& head,
                        const std::string& target) {
  if (!IsMirror(mirror)) return absl::InternalError(absl::StrCat(mirror, " is no mirror"));
  const std::string git = target + "/.git";
  std::error_code error;
  fs::create_directory(git, error);
  for (const char* part : {"/objects", "/refs"}) {
    if (!error) fs::copy(mirror + part, git + part, kWithoutLinks, error);
  }
  if (!error && IsFile(mirror + "/packed-refs")) {
    fs::copy(mirror + "/packed-refs", git + "/packed-refs", kWithoutLinks, error);
  }
  // Keeps the newest commit in the mirror; the clone has it as its HEAD.
  if (!error) fs::remove_all(git + "/refs/kozmic", error);
  if (!error) fs::create_directories(git + "/refs/heads", error);
  if (error) {
    const absl::StatusCode code = error == std::errc::no_space_on_device
                                      ? absl::StatusCode::kResourceExhausted
                                      : absl::StatusCode::kInternal;
    return absl::Status(code, absl::StrCat("copy the repository: ", error.message()));
  }
  std::string config =
      absl::StrCat("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n",
                   "\tlogallrefupdates = true\n[remote \"origin\"]\n\turl = ", Quoted(head.url),
                   "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
  if (head.branch.empty()) {
    KOZMIC_RETURN_IF_ERROR(WriteText(git + "/HEAD", head.commit + "\n"));
  } else {
    absl::StrAppend(&config, "[branch ", Quoted(head.branch), "]\n\tremote = origin\n\tmerge = ",
                    Quoted(absl::StrCat("refs/heads/", head.branch)), "\n");
    const std::string file = absl::StrCat(git, "/refs/heads/", head.branch);
    fs::create_directories(fs::path(file).parent_path(), error);
    KOZMIC_RETURN_IF_ERROR(WriteText(file, head.commit + "\n"));
    KOZMIC_RETURN_IF_ERROR(
        WriteText(git + "/HEAD", absl::StrCat("ref: refs/heads/", head.branch, "\n")));
  }
  return WriteText(git + "/config", config);
}

}  // namespace kozmic::runner
