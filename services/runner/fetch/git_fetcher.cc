#include "services/runner/fetch/git_fetcher.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

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
#include "services/runner/fetch/mirror.h"
#include "services/runner/fetch/revision.h"
#include "services/runner/fetch/ssh_access.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

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

absl::Status EmptyFolder(const std::string& path) {
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    fs::remove_all(at->path(), error);
  }
  if (error) return absl::InternalError(absl::StrCat("empty ", path, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace

GitFetcher::GitFetcher(Options options)
    : options_(std::move(options)),
      git_({.folder = options_.cache_folder,
            .user = options_.user,
            .local_sources = options_.local_sources}) {
  std::error_code error;
  std::filesystem::create_directories(options_.cache_folder + "/git", error);
  absl::Status prepared = git_.Prepare();
  if (error) prepared = absl::InternalError(error.message());
  if (!prepared.ok()) {
    Log(Severity::kError, "cannot make the cache folder",
        {{"folder", options_.cache_folder}, {"error", prepared}});
  }
}

std::shared_ptr<GitFetcher::Mirror> GitFetcher::MirrorOf(const std::string& project) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Mirror>& mirror = mirrors_[project];
  if (mirror == nullptr) mirror = std::make_shared<Mirror>();
  return mirror;
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
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult known, git_.Run({"-C", mirror, "cat-file", "-e",
                                                             absl::StrCat(commit, "^{commit}")},
                                                            nullptr, options_.fetch_timeout, stop));
  if (known.exit_code != 0) return FetchError(commit, "not our ref");
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult kept,
                          git_.Run({"-C", mirror, "update-ref", kNewestRef, commit}, nullptr,
                                   options_.fetch_timeout, std::move(stop)));
  return kept.exit_code == 0 ? absl::OkStatus() : FetchError(commit, kept.output);
}

absl::Status GitFetcher::FetchRefs(const std::string& mirror, const CheckoutRequest& request,
                                   absl::string_view wanted, std::stop_token stop) {
  std::optional<SshAccess> ssh;
  if (IsSshUrl(request.clone_url)) {
    KOZMIC_ASSIGN_OR_RETURN(ssh, SshAccess::Create(request.ssh_private_key, request.ssh_known_hosts,
                                                   git_.user().uid()));
  }
  // The refs of a clone, so that it can be made by copying; and the commit, which no branch may
  // have any more.
  KOZMIC_ASSIGN_OR_RETURN(
      const ChildResult result,
      git_.Run({"-C", mirror, "fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head",
                "--no-recurse-submodules", "--no-auto-maintenance", "--", request.clone_url,
                "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*",
                absl::StrCat("+", wanted, ":", kNewestRef)},
               ssh ? &*ssh : nullptr, options_.fetch_timeout, std::move(stop)));
  return result.exit_code == 0 ? absl::OkStatus() : FetchError(request.commit, result.output);
}

absl::Status GitFetcher::MakeMirror(const std::string& mirror) const {
  KOZMIC_RETURN_IF_ERROR(CreateMirror(mirror));
  return git_.user().Give(mirror);
}

absl::Status GitFetcher::Fetch(const std::string& mirror, const CheckoutRequest& request,
                               std::stop_token stop) {
  const bool existed = IsMirror(mirror) && git_.user().Owns(mirror);
  if (!existed) KOZMIC_RETURN_IF_ERROR(MakeMirror(mirror));
  RemoveLeftovers(mirror);
  absl::Status fetched = FetchOnce(mirror, request, stop);
  if (absl::IsInternal(fetched) && existed) {
    // Perhaps the mirror is to blame: it is but a cache.
    Log(Severity::kWarning, "fetching into a mirror failed; making it anew",
        {{"project", request.project}, {"error", fetched}});
    KOZMIC_RETURN_IF_ERROR(MakeMirror(mirror));
    fetched = FetchOnce(mirror, request, stop);
  }
  KOZMIC_RETURN_IF_ERROR(fetched);
  if (CountPacks(mirror) > kManyPacks) {
    git_.Run({"-C", mirror, "repack", "-a", "-d", "-q"}, nullptr, kRepackTimeout, stop)
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
    KOZMIC_RETURN_IF_ERROR(git_.user().Admit(fs::path(request.target).parent_path()));
    KOZMIC_RETURN_IF_ERROR(git_.user().Give(request.target));
    KOZMIC_ASSIGN_OR_RETURN(
        const ChildResult result,
        git_.Run({"--git-dir", request.target + "/.git", "--work-tree", request.target, "reset",
                  "--hard", "--quiet", "--no-recurse-submodules", request.commit, "--"},
                 nullptr, options_.checkout_timeout, stop));
    KOZMIC_RETURN_IF_ERROR(git_.user().TakeBack(request.target));
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
  if (mirror->newest.empty() && !mirror->fetched) mirror->newest = NewestOf(path);
  if (mirror->newest != request.commit) {
    mirror->newest.clear();
    mirror->fetched = true;
    KOZMIC_RETURN_IF_ERROR(Fetch(path, request, stop));
    mirror->newest = request.commit;
  }
  const CloneHead head = {.commit = request.commit,
                          .branch = LocalBranch(request.ref),
                          .url = PublicUrl(request.clone_url)};
  if (absl::Status copied = CopyMirror(path, head, request.target); !copied.ok()) {
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
    KOZMIC_ASSIGN_OR_RETURN(
        const ChildResult root,
        git_.Run({"--git-dir", request.target + "/.git", "rev-parse", request.commit + "^{tree}"},
                 nullptr, kLookTimeout, stop));
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
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult size, git_.Run({"--git-dir", git, "cat-file", "-s", id},
                                                           nullptr, kLookTimeout, stop));
  size_t bytes = 0;
  if (size.exit_code != 0 || !absl::SimpleAtoi(size.output, &bytes)) {
    return absl::InternalError("git cat-file: " + size.output);
  }
  const auto too_large =
      absl::FailedPreconditionError("The repository's .gitmodules is too large.");
  if (bytes > kMostModules) return too_large;
  KOZMIC_ASSIGN_OR_RETURN(ChildResult listed, git_.Run({"--git-dir", git, "config", "--no-includes",
                                                        "--blob", id, "--list", "-z"},
                                                       nullptr, kLookTimeout, std::move(stop)));
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
                          git_.Run(arguments, nullptr, kLookTimeout, std::move(stop)));
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
