#include "services/runner/fetch/git_command.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runner/fetch/write_text.h"

namespace kozmic::runner {
namespace {

// git serves a repository of another user's only when its user's configuration says so.
constexpr char kLocalConfig[] = "[safe]\n\tdirectory = *\n";

}  // namespace

GitCommand::GitCommand(Options options)
    : options_(std::move(options)),
      home_(options_.folder + "/home"),
      local_config_(options_.folder + "/gitconfig") {}

absl::Status GitCommand::Prepare() const {
  std::error_code error;
  std::filesystem::create_directories(home_, error);
  if (error) return absl::InternalError(absl::StrCat("make ", home_, ": ", error.message()));
  return options_.local_sources ? WriteText(local_config_, kLocalConfig) : absl::OkStatus();
}

absl::StatusOr<ChildResult> GitCommand::Run(const std::vector<std::string>& arguments,
                                            const SshAccess* ssh, absl::Duration timeout,
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
  if (ssh != nullptr) argv.insert(argv.end(), {"-c", "protocol.ssh.allow=always"});
  if (options_.local_sources) argv.insert(argv.end(), {"-c", "protocol.file.allow=always"});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      absl::StrCat("HOME=", home_),
      "GIT_CONFIG_NOSYSTEM=1",
      absl::StrCat("GIT_CONFIG_GLOBAL=", options_.local_sources ? local_config_ : "/dev/null"),
      "GIT_TERMINAL_PROMPT=0",
      "GIT_ASKPASS=/bin/false",
      "GIT_NO_REPLACE_OBJECTS=1",
      "LC_ALL=C",
  };
  if (ssh != nullptr) {
    environment.insert(environment.end(),
                       {absl::StrCat("GIT_SSH_COMMAND=", ssh->Command()), "GIT_SSH_VARIANT=ssh"});
  }
  return RunChild(options_.user.Command(argv), environment, timeout, std::move(stop),
                  ssh == nullptr ? std::vector<int>() : ssh->files());
}

}  // namespace kozmic::runner
