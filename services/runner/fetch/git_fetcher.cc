#include "services/runner/fetch/git_fetcher.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/fetch/clone_url.h"
#include "services/runner/fetch/fetch_error.h"
#include "services/runner/fetch/ssh_access.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSha1Digits = 40;
constexpr size_t kSha256Digits = 64;
// In the mirror; keeps the newest commit from being swept away.
constexpr char kNewestRef[] = "refs/kozmic/newest";
constexpr size_t kMaxBranch = 200;
constexpr size_t kMaxPullRequestDigits = 18;
// So many packs make a mirror slow; see Fetch.
constexpr size_t kManyPacks = 50;
constexpr absl::Duration kRepackTimeout = absl::Minutes(10);
constexpr absl::Duration kLookTimeout = absl::Minutes(1);
// Of the paths in one list of objects, and what git says besides of each: a child's output is cut.
constexpr size_t kMostListed = 24 << 10;
constexpr size_t kLongestEntry = 100;
// Of a .gitmodules, for the same reason.
constexpr size_t kMostModules = 60 << 10;
constexpr char kLocal[] = "file:///";
// git serves a repository of another user's only when its user's configuration says so.
constexpr char kLocalConfig[] = "[safe]\n\tdirectory = *\n";

bool IsCommitId(absl::string_view text) {
  return (text.size() == kSha1Digits || text.size() == kSha256Digits) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

absl::Status WriteText(const std::string& path, absl::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return absl::InternalError(absl::StrCat("write ", path));
  return absl::OkStatus();
}

// The text of a value in git's configuration.
std::string Quoted(absl::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

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

// The commit that the mirror was last fetched for; "" when that cannot be told.
std::string ReadNewest(const std::string& mirror) {
  std::ifstream file(absl::StrCat(mirror, "/", kNewestRef), std::ios::binary);
  std::string commit;
  std::getline(file, commit);
  return IsCommitId(commit) ? commit : "";
}

absl::Status EmptyFolder(const std::string& path) {
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    fs::remove_all(at->path(), error);
  }
  if (error) return absl::InternalError(absl::StrCat("empty ", path, ": ", error.message()));
  return absl::OkStatus();
}

// What a fetch that was stopped left: it may be large.
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

// Makes target/.git a repository with the mirror's objects and refs, which are those that a clone
// has (remote branches, tags).
absl::Status CopyRepository(const std::string& mirror, const CheckoutRequest& request) {
  const std::string git = request.target + "/.git";
  std::error_code error;
  fs::create_directory(git, error);
  for (const char* part : {"/objects", "/refs"}) {
    if (!error) fs::copy(mirror + part, git + part, fs::copy_options::recursive, error);
  }
  if (!error && fs::exists(mirror + "/packed-refs", error)) {
    fs::copy_file(mirror + "/packed-refs", git + "/packed-refs", error);
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
  const std::string branch = LocalBranch(request.ref);
  std::string config = absl::StrCat(
      "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n",
      "\tlogallrefupdates = true\n[remote \"origin\"]\n\turl = ",
      Quoted(PublicUrl(request.clone_url)), "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
  if (branch.empty()) {
    KOZMIC_RETURN_IF_ERROR(WriteText(git + "/HEAD", request.commit + "\n"));
  } else {
    absl::StrAppend(&config, "[branch ", Quoted(branch),
                    "]\n\tremote = origin\n\tmerge = ", Quoted(absl::StrCat("refs/heads/", branch)),
                    "\n");
    const std::string file = absl::StrCat(git, "/refs/heads/", branch);
    fs::create_directories(fs::path(file).parent_path(), error);
    KOZMIC_RETURN_IF_ERROR(WriteText(file, request.commit + "\n"));
    KOZMIC_RETURN_IF_ERROR(
        WriteText(git + "/HEAD", absl::StrCat("ref: refs/heads/", branch, "\n")));
  }
  return WriteText(git + "/config", config);
}

}  // namespace

std::string LocalBranch(absl::string_view ref) {
  if (!absl::ConsumePrefix(&ref, "refs/heads/") || ref.empty() || ref.size() > kMaxBranch) {
    return "";
  }
  const bool plain = std::all_of(ref.begin(), ref.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/' || c == '+' ||
           c == '#';
  });
  if (!plain || absl::StrContains(ref, "..")) return "";
  for (const absl::string_view part : absl::StrSplit(ref, '/')) {
    if (part.empty() || part.front() == '.' || part.front() == '-' || part.back() == '.' ||
        absl::EndsWith(part, ".lock")) {
      return "";
    }
  }
  return ref == "HEAD" ? "" : std::string(ref);
}

bool IsPullRequestHead(absl::string_view ref) {
  return absl::ConsumePrefix(&ref, "refs/pull/") && absl::ConsumeSuffix(&ref, "/head") &&
         !ref.empty() && ref.size() <= kMaxPullRequestDigits &&
         std::all_of(ref.begin(), ref.end(), absl::ascii_isdigit);
}

GitFetcher::GitFetcher(Options options)
    : options_(std::move(options)),
      empty_home_(options_.cache_folder + "/home"),
      local_config_(options_.cache_folder + "/gitconfig") {
  std::error_code error;
  fs::create_directories(empty_home_, error);
  fs::create_directories(options_.cache_folder + "/git", error);
  if (error) {
    Log(Severity::kError, "cannot make the cache folder",
        {{"folder", options_.cache_folder}, {"error", error.message()}});
  }
  if (options_.local_sources) {
    if (const absl::Status status = WriteText(local_config_, kLocalConfig); !status.ok()) {
      Log(Severity::kError, "cannot use sources of this machine", {{"error", status}});
    }
  }
}

std::shared_ptr<GitFetcher::Mirror> GitFetcher::MirrorOf(const std::string& project) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Mirror>& mirror = mirrors_[project];
  if (mirror == nullptr) mirror = std::make_shared<Mirror>();
  return mirror;
}

absl::StatusOr<ChildResult> GitFetcher::Git(const std::vector<std::string>& arguments,
                                            const std::string& ssh_command, absl::Duration timeout,
                                            std::stop_token stop) const {
  std::vector<std::string> argv = {"git"};
  for (const char* setting :
       {"core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never",
        "protocol.http.allow=always", "protocol.https.allow=always", "transfer.fsckObjects=true",
        // Harmless faults of old and honest commits.
        "fetch.fsck.zeroPaddedFilemode=ignore", "fetch.fsck.missingSpaceBeforeDate=ignore",
        "fetch.fsck.badTimezone=ignore", "fetch.unpackLimit=1", "gc.auto=0",
        "submodule.recurse=false", "http.lowSpeedLimit=1000", "http.lowSpeedTime=60",
        "credential.helper=", "safe.directory=*", "advice.detachedHead=false"}) {
    argv.insert(argv.end(), {"-c", setting});
  }
  if (!ssh_command.empty()) argv.insert(argv.end(), {"-c", "protocol.ssh.allow=always"});
  if (options_.local_sources) argv.insert(argv.end(), {"-c", "protocol.file.allow=always"});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      absl::StrCat("HOME=", empty_home_),
      "GIT_CONFIG_NOSYSTEM=1",
      absl::StrCat("GIT_CONFIG_GLOBAL=", options_.local_sources ? local_config_ : "/dev/null"),
      "GIT_TERMINAL_PROMPT=0",
      "GIT_ASKPASS=/bin/false",
      "GIT_NO_REPLACE_OBJECTS=1",
      "LC_ALL=C",
  };
  if (!ssh_command.empty()) {
    environment.insert(environment.end(),
                       {absl::StrCat("GIT_SSH_COMMAND=", ssh_command), "GIT_SSH_VARIANT=ssh"});
  }
  return RunChild(argv, environment, timeout, std::move(stop));
}

absl::Status GitFetcher::FetchOnce(const std::string& mirror, const CheckoutRequest& request,
                                   std::stop_token stop) {
  absl::Status fetched = FetchRefs(mirror, request, request.commit, stop);
  if (!absl::IsNotFound(fetched) || !IsPullRequestHead(request.ref)) return fetched;
  // Some hosts give away by its id only what a branch leads to.
  KOZMIC_RETURN_IF_ERROR(FetchRefs(mirror, request, request.ref, stop));
  return KeepCommit(mirror, request.commit, std::move(stop));
}

absl::Status GitFetcher::KeepCommit(const std::string& mirror, const std::string& commit,
                                    std::stop_token stop) {
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult known,
                          Git({"-C", mirror, "cat-file", "-e", absl::StrCat(commit, "^{commit}")},
                              "", options_.fetch_timeout, stop));
  if (known.exit_code != 0) return FetchError(commit, "not our ref");
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult kept,
                          Git({"-C", mirror, "update-ref", kNewestRef, commit}, "",
                              options_.fetch_timeout, std::move(stop)));
  return kept.exit_code == 0 ? absl::OkStatus() : FetchError(commit, kept.output);
}

absl::Status GitFetcher::FetchRefs(const std::string& mirror, const CheckoutRequest& request,
                                   absl::string_view wanted, std::stop_token stop) {
  std::optional<SshAccess> ssh;
  if (IsSshUrl(request.clone_url)) {
    KOZMIC_ASSIGN_OR_RETURN(ssh,
                            SshAccess::Create(request.ssh_private_key, request.ssh_known_hosts));
  }
  // The refs of a clone, so that it can be made by copying; and the commit, which no branch may
  // have any more.
  KOZMIC_ASSIGN_OR_RETURN(
      const ChildResult result,
      Git({"-C", mirror, "fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head",
           "--no-recurse-submodules", "--no-auto-maintenance", "--", request.clone_url,
           "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*",
           absl::StrCat("+", wanted, ":", kNewestRef)},
          ssh ? ssh->Command() : "", options_.fetch_timeout, std::move(stop)));
  return result.exit_code == 0 ? absl::OkStatus() : FetchError(request.commit, result.output);
}

absl::Status GitFetcher::Fetch(const std::string& mirror, const CheckoutRequest& request,
                               std::stop_token stop) {
  std::error_code error;
  const bool existed = fs::exists(mirror + "/HEAD", error);
  if (!existed) KOZMIC_RETURN_IF_ERROR(CreateMirror(mirror));
  RemoveLeftovers(mirror);
  absl::Status fetched = FetchOnce(mirror, request, stop);
  if (absl::IsInternal(fetched) && existed) {
    // Perhaps the mirror is to blame: it is but a cache.
    Log(Severity::kWarning, "fetching into a mirror failed; making it anew",
        {{"project", request.project}, {"error", fetched}});
    KOZMIC_RETURN_IF_ERROR(CreateMirror(mirror));
    fetched = FetchOnce(mirror, request, stop);
  }
  KOZMIC_RETURN_IF_ERROR(fetched);
  if (CountPacks(mirror) > kManyPacks) {
    Git({"-C", mirror, "repack", "-a", "-d", "-q"}, "", kRepackTimeout, stop)
        .status()
        .IgnoreError();
  }
  return absl::OkStatus();
}

std::string GitFetcher::MirrorPath(const std::string& project) const {
  std::string name;
  for (const char c : project) name += absl::ascii_isalnum(c) ? c : '-';
  return absl::StrCat(options_.cache_folder, "/git/", name, ".git");
}

void GitFetcher::ForgetMirror(const std::string& project) {
  const std::shared_ptr<Mirror> mirror = MirrorOf(project);
  absl::MutexLock lock(&mirror->mutex);
  mirror->newest.clear();
  mirror->fetched = true;
  std::error_code error;
  fs::remove_all(MirrorPath(project), error);
}

absl::Status GitFetcher::Checkout(const CheckoutRequest& request, std::stop_token stop) {
  if (!IsCommitId(request.commit)) {
    return absl::InvalidArgumentError("the commit is not an object id");
  }
  if (!options_.local_sources || !absl::StartsWith(request.clone_url, kLocal)) {
    KOZMIC_RETURN_IF_ERROR(CheckCloneUrl(request.clone_url, options_.clone_url_prefixes,
                                         !request.ssh_private_key.empty()));
  }
  while (true) {
    KOZMIC_ASSIGN_OR_RETURN(const bool proven, Clone(request, stop));
    KOZMIC_ASSIGN_OR_RETURN(
        const ChildResult result,
        Git({"--git-dir", request.target + "/.git", "--work-tree", request.target, "reset",
             "--hard", "--quiet", "--no-recurse-submodules", request.commit, "--"},
            "", options_.checkout_timeout, stop));
    if (result.exit_code == 0) return absl::OkStatus();
    if (proven) {
      return absl::InternalError(
          absl::StrCat("git checkout failed: ", absl::StripAsciiWhitespace(result.output)));
    }
    ForgetMirror(request.project);
    KOZMIC_RETURN_IF_ERROR(EmptyFolder(request.target));
  }
}

absl::StatusOr<bool> GitFetcher::Clone(const CheckoutRequest& request,
                                       const std::stop_token& stop) {
  const std::string path = MirrorPath(request.project);
  const std::shared_ptr<Mirror> mirror = MirrorOf(request.project);
  absl::MutexLock lock(&mirror->mutex);
  if (mirror->newest.empty() && !mirror->fetched) mirror->newest = ReadNewest(path);
  if (mirror->newest != request.commit) {
    mirror->newest.clear();
    mirror->fetched = true;
    KOZMIC_RETURN_IF_ERROR(Fetch(path, request, stop));
    mirror->newest = request.commit;
  }
  if (absl::Status copied = CopyRepository(path, request); !copied.ok()) {
    mirror->newest.clear();
    return copied;
  }
  return mirror->fetched;
}

absl::StatusOr<std::map<std::string, std::string>> GitFetcher::ObjectsAt(
    const CheckoutRequest& request, const std::vector<std::string>& paths,
    std::stop_token stop) const {
  std::map<std::string, std::string> objects;
  for (const std::string& path : paths) objects[path] = "";
  if (objects.count(".") > 0) {
    KOZMIC_ASSIGN_OR_RETURN(const ChildResult root, Git({"--git-dir", request.target + "/.git",
                                                         "rev-parse", request.commit + "^{tree}"},
                                                        "", kLookTimeout, stop));
    if (root.exit_code != 0) return absl::InternalError("git rev-parse: " + root.output);
    objects["."] = absl::StrCat("040000 tree ", absl::StripAsciiWhitespace(root.output));
  }
  std::vector<std::string> some;
  size_t size = 0;
  for (const auto& [path, object] : objects) {
    if (path == ".") continue;
    if (size + path.size() > kMostListed) {
      KOZMIC_RETURN_IF_ERROR(ListObjects(request, some, objects, stop));
      some.clear();
      size = 0;
    }
    size += path.size() + kLongestEntry;
    some.push_back(path);
  }
  if (!some.empty()) KOZMIC_RETURN_IF_ERROR(ListObjects(request, some, objects, stop));
  return objects;
}

absl::StatusOr<std::string> GitFetcher::ModulesAt(const CheckoutRequest& request,
                                                  std::stop_token stop) const {
  constexpr char kFile[] = ".gitmodules";
  KOZMIC_ASSIGN_OR_RETURN(const auto objects, ObjectsAt(request, {kFile}, stop));
  const std::string& object = objects.at(kFile);
  if (object.empty()) return absl::NotFoundError("there is no .gitmodules");
  const size_t blob = object.find(" blob ");
  if (!absl::StartsWith(object, "100") || blob == std::string::npos) {
    return absl::FailedPreconditionError("The repository's .gitmodules is not a plain file.");
  }
  const std::string git = request.target + "/.git";
  const std::string id = object.substr(blob + sizeof(" blob ") - 1);
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult size,
                          Git({"--git-dir", git, "cat-file", "-s", id}, "", kLookTimeout, stop));
  size_t bytes = 0;
  if (size.exit_code != 0 || !absl::SimpleAtoi(size.output, &bytes)) {
    return absl::InternalError("git cat-file: " + size.output);
  }
  const auto too_large =
      absl::FailedPreconditionError("The repository's .gitmodules is too large.");
  if (bytes > kMostModules) return too_large;
  KOZMIC_ASSIGN_OR_RETURN(ChildResult listed, Git({"--git-dir", git, "config", "--no-includes",
                                                   "--blob", id, "--list", "-z"},
                                                  "", kLookTimeout, std::move(stop)));
  if (listed.exit_code != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("The repository's .gitmodules cannot be read: ",
                     listed.output.substr(0, listed.output.find('\n'))));
  }
  // Each line has its section's name there.
  if (listed.output.size() >= kMostModules) return too_large;
  return std::move(listed.output);
}

absl::Status GitFetcher::ListObjects(const CheckoutRequest& request,
                                     const std::vector<std::string>& paths,
                                     std::map<std::string, std::string>& objects,
                                     std::stop_token stop) const {
  // -t: a folder also when something below it is asked for too.
  std::vector<std::string> arguments = {"--literal-pathspecs",
                                        "--git-dir",
                                        request.target + "/.git",
                                        "ls-tree",
                                        "-t",
                                        "-z",
                                        "--full-tree",
                                        request.commit,
                                        "--"};
  arguments.insert(arguments.end(), paths.begin(), paths.end());
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult listed,
                          Git(arguments, "", kLookTimeout, std::move(stop)));
  if (listed.exit_code != 0) return absl::InternalError("git ls-tree: " + listed.output);
  for (const absl::string_view entry : absl::StrSplit(listed.output, '\0', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('\t', 1));
    const auto asked = objects.find(std::string(parts.second));
    if (asked != objects.end()) asked->second = std::string(parts.first);
  }
  return absl::OkStatus();
}

}  // namespace kozmic::runner
