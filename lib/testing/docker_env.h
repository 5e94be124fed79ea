#ifndef KOZMIC_LIB_TESTING_DOCKER_ENV_H_
#define KOZMIC_LIB_TESTING_DOCKER_ENV_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lib/docker/docker_client.h"
#include "lib/testing/docker_image_tar.h"

namespace kozmic {

// A fixture for tests on a real Docker engine: the one at DOCKER_HOST. A test that finds none
// fails; it is never skipped. Whatever a test labels with `label()` is removed after it.
class DockerTest : public testing::Test {
 public:
  // An image of nothing but Debian's busybox (package busybox-static) and an /etc/passwd with
  // root. Made at first use.
  static constexpr absl::string_view kSmallImage = "kozmic-test/small:1";

  DockerTest();
  ~DockerTest() override;

  docker::DockerClient& docker() { return *docker_; }
  // "unix:///..."
  const std::string& docker_host() const { return docker_host_; }
  // Of this test alone: "kozmic.test=<test's name and process>".
  const std::string& label() const { return label_; }
  std::string label_key() const { return "kozmic.test"; }
  std::string label_value() const { return label_.substr(label_key().size() + 1); }

  // Files of the small image but its /etc/passwd and /etc/group, to add to for an image of one's
  // own.
  static ImageTar SmallImageWithoutAccounts();
  static ImageTar SmallImage();
  // Makes an image by Docker's import. `changes` are Dockerfile lines: "ENV A=b".
  absl::Status ImportImage(absl::string_view repository, absl::string_view tag,
                           const std::string& tar, const std::vector<std::string>& changes = {});
  // The same in another engine.
  static absl::Status ImportImageInto(const docker::DockerClient& docker,
                                      absl::string_view repository, absl::string_view tag,
                                      const std::string& tar,
                                      const std::vector<std::string>& changes = {});

 protected:
  void SetUp() override;

 private:
  std::string docker_host_;
  std::string label_;
  std::unique_ptr<docker::DockerClient> docker_;
};

// Debian's docker-registry on a loopback port, its images in a folder of its own. Stopped and
// removed by the destructor.
class RegistryProcess {
 public:
  struct Options {
    // Whom it lets in (htpasswd, basic authentication); everybody when the name is empty.
    docker::RegistryAuth user = {};
    // Whether manifests may be deleted.
    bool deletes = false;
  };

  // Starts it and waits until it answers.
  static absl::StatusOr<std::unique_ptr<RegistryProcess>> Start() { return Start(Options{}); }
  static absl::StatusOr<std::unique_ptr<RegistryProcess>> Start(const Options& options);
  ~RegistryProcess();
  RegistryProcess(const RegistryProcess&) = delete;
  RegistryProcess& operator=(const RegistryProcess&) = delete;

  // "127.0.0.1:<port>"
  const std::string& address() const { return address_; }
  // Ends the process: from now on the registry cannot be reached.
  void Stop();
  // Where its images lie.
  std::string data_folder() const { return folder_ + "/data"; }

 private:
  RegistryProcess() = default;

  std::string address_;
  std::string folder_;
  int pid_ = -1;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_DOCKER_ENV_H_
