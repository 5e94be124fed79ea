#ifndef KOZMIC_SERVICES_RUNNER_TESTING_GIT_SERVER_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_GIT_SERVER_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace httplib {
class Server;
}

namespace kozmic::runner {

// One repository, served over HTTP on loopback by git's own http-backend.
class GitServer {
 public:
  static absl::StatusOr<std::unique_ptr<GitServer>> Start();
  ~GitServer();

  std::string url() const { return url_; }
  // Where the repository lies.
  std::string path() const { return folder_ + "/r"; }
  // Commits files on top of a branch; returns the commit's id. Not thread-safe.
  std::string Commit(const std::string& branch, const std::map<std::string, std::string>& files);
  // Replaces a branch by an unrelated commit, as a force push does.
  std::string ForceOrphan(const std::string& branch);
  // Makes a branch's newest commit the head of a pull request from a fork: only
  // refs/pull/<number>/head has it then.
  std::string MakePullRequest(int number, const std::string& branch);
  // From now on it speaks version 0 of git's protocol, which gives away by its id only what is the
  // tip of a ref.
  void SpeakOldProtocol() { old_protocol_ = true; }
  // From now on it cannot be reached.
  void Stop();

  // Runs git in a folder; its output without the last newline. A failure fails the test.
  static std::string Git(const std::string& folder, const std::vector<std::string>& arguments);

 private:
  GitServer();
  void Serve();

  std::string folder_;
  std::string url_;
  std::atomic<bool> old_protocol_ = false;
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_GIT_SERVER_H_
