#include "services/runner/fetch/submodule_fetcher.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"
#include "services/runner/fetch/clone_url.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kLook = absl::Milliseconds(500);
constexpr int kTries = 4;
constexpr absl::Duration kRetryPause = absl::Seconds(1);
constexpr char kGitlink[] = "160000 commit ";
constexpr char kAdvice[] =
    " A submodule must be public: the project's deploy key opens its own repository alone. If it "
    "is "
    "private, fetch it in the script, with a token from the project's secrets, and leave "
    "submodules "
    "off in the project's settings.";

int64_t SizeOf(const std::string& folder) {
  int64_t size = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    if (at->is_symlink(gone) || !at->is_regular_file(gone)) continue;
    const auto bytes = at->file_size(gone);
    if (!gone) size += static_cast<int64_t>(bytes);
  }
  return size;
}

// Makes sure that a path below a clone is an empty folder, and that no link leads there.
absl::Status MakePlace(const std::string& clone, const std::string& path) {
  std::string at = clone;
  std::error_code error;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    absl::StrAppend(&at, "/", part);
    const fs::file_status status = fs::symlink_status(at, error);
    if (status.type() == fs::file_type::not_found) fs::create_directory(at, error);
    if (fs::symlink_status(at, error).type() != fs::file_type::directory) {
      return absl::FailedPreconditionError("something else is in its place.");
    }
  }
  if (!fs::is_empty(at, error) || error) {
    return absl::FailedPreconditionError("its place is not empty.");
  }
  return absl::OkStatus();
}

// So that git takes it for one that is set up.
absl::Status NoteInConfig(const std::string& clone, const Submodule& submodule,
                          const std::string& url) {
  const auto quoted = [](absl::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "\"";
  };
  std::ofstream config(clone + "/.git/config", std::ios::binary | std::ios::app);
  config << "[submodule " << quoted(submodule.name) << "]\n\tactive = true\n\turl = " << quoted(url)
         << "\n";
  config.close();
  return config ? absl::OkStatus() : absl::InternalError("its configuration cannot be written.");
}

bool MayBePrivate(const absl::Status& status) {
  return absl::IsPermissionDenied(status) ||
         (absl::IsNotFound(status) && absl::StrContains(status.message(), "no such repository"));
}

}  // namespace

absl::Status SubmoduleFetcher::Fetch(const CheckoutRequest& request, const std::stop_token& stop,
                                     const Say& say) const {
  Run run = {.main = request,
             .site = SiteOf(request.clone_url, options_.clone_url_prefixes),
             .stop = stop,
             .say = say,
             .deadline = absl::Now() + options_.timeout};
  return FetchIn(request, RepositoryOf(request.clone_url), "", 1, run);
}

absl::Status SubmoduleFetcher::FetchIn(const CheckoutRequest& clone, const std::string& repository,
                                       const std::string& prefix, int depth, Run& run) const {
  const auto config = git_.ModulesAt(clone, run.stop);
  if (absl::IsNotFound(config.status())) return absl::OkStatus();
  KOZMIC_RETURN_IF_ERROR(config.status());
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<Submodule> submodules, ReadSubmodules(*config));
  std::vector<std::string> paths;
  for (const Submodule& submodule : submodules) paths.push_back(submodule.path);
  KOZMIC_ASSIGN_OR_RETURN(const auto objects, git_.ObjectsAt(clone, paths, run.stop));
  for (const Submodule& submodule : submodules) {
    absl::string_view commit = objects.at(submodule.path);
    // Named, but not in this commit.
    if (!absl::ConsumePrefix(&commit, kGitlink)) continue;
    const absl::Status fetched =
        FetchOne(clone, submodule, std::string(commit), repository, prefix, depth, run);
    if (fetched.ok()) continue;
    // One below it is named already.
    if (absl::StartsWith(fetched.message(), "The submodule ")) return fetched;
    return absl::Status(fetched.code(), absl::StrCat("The submodule ", prefix, submodule.path, " (",
                                                     submodule.url, "): ", fetched.message()));
  }
  return absl::OkStatus();
}

absl::Status SubmoduleFetcher::FetchOne(const CheckoutRequest& clone, const Submodule& submodule,
                                        const std::string& commit, const std::string& repository,
                                        const std::string& prefix, int depth, Run& run) const {
  if (depth > options_.deepest) {
    return absl::FailedPreconditionError(
        absl::StrCat("submodules are fetched up to ", options_.deepest, " deep in each other."));
  }
  if (++run.count > options_.most) {
    return absl::FailedPreconditionError(
        absl::StrCat("at most ", options_.most, " submodules are fetched."));
  }
  const auto resolved = ResolveSubmodule(submodule.url, repository, run.site);
  if (!resolved.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(resolved.status().message(), "."));
  }
  CheckoutRequest request;
  request.commit = commit;
  request.target = absl::StrCat(clone.target, "/", submodule.path);
  if (absl::EqualsIgnoreCase(*resolved, RepositoryOf(run.site.clone_url))) {
    request.project = run.main.project;
    request.clone_url = run.site.clone_url;
    request.ssh_private_key = run.main.ssh_private_key;
    request.ssh_known_hosts = run.main.ssh_known_hosts;
  } else {
    request.clone_url = absl::StrCat(run.site.web, "/", *resolved, ".git");
    // Of the project alone: what one project may read is not for another.
    request.project =
        absl::StrCat(run.main.project, " submodule ", Sha256Hex(request.clone_url).substr(0, 32));
  }
  KOZMIC_RETURN_IF_ERROR(MakePlace(clone.target, submodule.path));
  absl::Status fetched = Checkout(request, run);
  for (int tries = 1; absl::IsUnavailable(fetched) && tries < kTries; ++tries) {
    absl::Notification stopped;
    const std::stop_callback on_stop(run.stop, [&stopped] { stopped.Notify(); });
    if (stopped.WaitForNotificationWithTimeout(kRetryPause * tries)) break;
    // The place is still empty: it is the fetch that others' absence ends.
    fetched = Checkout(request, run);
  }
  if (MayBePrivate(fetched) && request.ssh_private_key.empty()) {
    return absl::Status(fetched.code(), absl::StrCat(fetched.message(), kAdvice));
  }
  KOZMIC_RETURN_IF_ERROR(fetched);
  KOZMIC_RETURN_IF_ERROR(NoteInConfig(clone.target, submodule, PublicUrl(request.clone_url)));
  const std::string place = absl::StrCat(prefix, submodule.path);
  run.say(absl::StrCat("Fetched the submodule ", place, " at ", commit.substr(0, 7), ".\n"));
  return FetchIn(request, *resolved, place + "/", depth + 1, run);
}

absl::Status SubmoduleFetcher::Checkout(const CheckoutRequest& request, const Run& run) const {
  const std::string mirror = git_.MirrorPath(request.project);
  // The project's own has no such limit.
  const bool limited = request.project != run.main.project;
  const auto too_large = [&] {
    return (limited && SizeOf(mirror) > options_.most_bytes) ||
           SizeOf(request.target) > options_.most_bytes;
  };
  std::stop_source give_up;
  const std::stop_callback pass_on(run.stop, [&give_up] { give_up.request_stop(); });
  absl::Notification done;
  absl::Status refused;
  std::thread watching([&] {
    while (!done.WaitForNotificationWithTimeout(kLook)) {
      if (absl::Now() > run.deadline) {
        refused = absl::DeadlineExceededError(absl::StrCat(
            "submodules took longer than ", absl::FormatDuration(options_.timeout), "."));
      } else if (too_large()) {
        refused = absl::ResourceExhaustedError("it is too large.");
      }
      if (refused.ok()) continue;
      give_up.request_stop();
      return;
    }
  });
  absl::Status status = git_.Checkout(request, give_up.get_token());
  done.Notify();
  watching.join();
  if (run.stop.stop_requested()) return status;
  if (refused.ok() && status.ok() && too_large()) {
    refused = absl::ResourceExhaustedError("it is too large.");
  }
  if (absl::IsResourceExhausted(refused)) {
    if (limited) git_.ForgetMirror(request.project);
    return absl::ResourceExhaustedError(
        absl::StrCat("it is larger than ", options_.most_bytes >> 20, " MiB."));
  }
  return refused.ok() ? status : refused;
}

}  // namespace kozmic::runner
