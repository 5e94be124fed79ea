#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_CACHE_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/docker/docker_client.h"
#include "services/runner/install/install_inputs.h"

namespace kozmic::runner {

// Who made an image.
struct InstallMaker {
  // Number of the build; 0: unknown.
  int64_t build = 0;
  std::string runner;
};

// What an install script led to before.
struct KnownInstall {
  InstallInputs inputs;
  InstallMaker maker;
};

// What differs from what was closest before.
struct InstallChanges {
  // Empty: there was nothing before.
  std::vector<std::string> differences;
  InstallMaker before;
};

// The images that install scripts led to, in this machine's Docker engine:
// "kozmic-cache/<cache id>:<project's number>". Jobs that want the same one at the same time wait
// for the first of them. An image that came from elsewhere has a second name that tells for which
// runner of this engine: "kozmic-cache/<cache id>:<project's number>.for.<runner>". Thread-safe.
class InstallCache {
 public:
  // `docker` and `clock` are not owned. `kept`: so many images of each project stay, of those that
  // `runner` made or brought; all runners of the engine use them.
  InstallCache(const docker::DockerClient& docker, const Clock& clock, std::string runner,
               size_t kept);

  // One job's part in an image, for as long as it needs it.
  class Turn {
   public:
    ~Turn() { cache_.End(*this); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // The image, which is not removed meanwhile; empty: there is none, and the holder is to run the
    // install script, and to Keep what that led to.
    const std::string& image() const { return image_; }
    // Its id.
    const std::string& image_id() const { return image_id_; }
    // Of the image.
    const InstallMaker& maker() const { return maker_; }
    // Without an image: whether others wait for this one.
    bool leads() const { return !leads_.empty(); }
    // Whom those who wait are told of from now on.
    void SetHolder(const std::string& holder) { cache_.SetHolder(*this, holder); }
    // The install script failed: those who wait each try for themselves. Without this, one of them
    // does.
    void SetFailed() { failed_ = true; }

   private:
    friend class InstallCache;
    explicit Turn(InstallCache& cache) : cache_(cache) {}

    InstallCache& cache_;
    // Whom others wait for, by image name; empty: nobody does.
    std::string leads_;
    std::string image_;
    std::string image_id_;
    InstallMaker maker_;
    bool failed_ = false;
  };

  // Whether a name is one of those: no project may name one itself, since such an image may be
  // another project's, and what a registry has under that name would take its place.
  static bool IsReserved(const docker::ImageReference& reference);

  struct Wanted {
    InstallInputs inputs;
    // Number of the build that wants it.
    int64_t build = 0;
    // Not empty: what this job's install script leads to is for no other; the job's id. Such a job
    // takes what is there, but waits for nobody and is not waited for.
    std::string only_for;
  };

  // Waits while another job runs the install script for the same inputs: `waiting` is called with
  // who that is ("build #3"). When it fails, all that waited for it have their turns at once; when
  // it is given up, one of them has. CANCELLED when stopped; else what Docker answers.
  absl::StatusOr<std::unique_ptr<Turn>> Take(
      const Wanted& wanted, const std::stop_token& stop,
      const std::function<void(const std::string& holder)>& waiting);

  // Makes the image of the container in which the install script has succeeded, if it is not there
  // yet; it is the turn's then, and others have theirs.
  absl::Status Keep(const Wanted& wanted, absl::string_view container, Turn& turn,
                    std::stop_token stop);
  // Gives an image that came from elsewhere to the turn, as Keep; its id, or empty: the one that
  // somebody else in this engine has just brought. NOT_FOUND when it is not here; INVALID_ARGUMENT
  // when it was not made of these inputs.
  absl::Status Adopt(const Wanted& wanted, const std::string& image_id, Turn& turn);
  // Another turn that has the same image, or nothing when it has none.
  std::unique_ptr<Turn> Share(const Turn& turn);
  // For a job whose turn was an earlier process's.
  std::unique_ptr<Turn> Resume() { return std::unique_ptr<Turn>(new Turn(*this)); }

  // Differences of these inputs from those of the project's image that is closest to them, here or
  // among those that are known from elsewhere.
  InstallChanges WhatChanged(const InstallInputs& inputs, std::vector<KnownInstall> known) const;

  // Of this runner's images, removes all but each project's newest, and those that are for single
  // jobs. Here and below: none that a turn has or a container is made of.
  void Sweep();
  // The projects that any runner's images here are of.
  std::set<std::string> Projects() const;
  // Removes the images of projects, whoever made them.
  void RemoveProjects(const std::set<std::string>& projects);
  // Removes those that no runner has used for so long, whoever made them.
  void RemoveUnused(absl::Duration longest);

 private:
  // One image with its names.
  struct Kept {
    docker::ImageSummary image;
    // The one that it is used by, first.
    std::vector<std::string> names;
    std::string project;
    // It is for one job alone.
    bool for_job = false;
    bool ours = false;
  };
  struct Entry {
    // Somebody runs the install script, or removes the image.
    bool busy = false;
    std::string holder;
    int failures = 0;
    int waiting = 0;
    // Turns that have the image.
    int pins = 0;
    absl::Time used = absl::InfinitePast();
  };

  // `failures`: how many there were when the waiting began.
  absl::Status AwaitIdle(const std::string& name, std::optional<int>& failures,
                         const std::stop_token& stop,
                         const std::function<void(const std::string& holder)>& waiting);
  // Whether the image is here; the turn has it then.
  absl::StatusOr<bool> Pin(const std::string& name, Turn& turn);
  // False when somebody else does, and has not failed since the waiting began.
  bool Lead(const std::string& name, const std::string& holder, int failures, Turn& turn);
  void Give(const std::string& name, const std::string& id, Turn& turn);
  void End(Turn& turn);
  void SetHolder(const Turn& turn, const std::string& holder);
  // Images that carry a label.
  std::vector<Kept> List(const std::string& label) const;
  void Remove(const Kept& kept, absl::string_view why);

  const docker::DockerClient& docker_;
  const Clock& clock_;
  const std::string runner_;
  const size_t kept_;
  mutable absl::Mutex mutex_;
  // By image name.
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_CACHE_H_
