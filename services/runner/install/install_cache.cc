#include "services/runner/install/install_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/docker/image_reference.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

// Where Docker takes names without a registry to be: it says the first and understands both.
constexpr absl::string_view kHubs[] = {"docker.io", "index.docker.io"};
constexpr char kFamily[] = "kozmic-cache/";
// Of an image: the project.
constexpr char kProjectLabel[] = "kozmic.cache";
constexpr char kRunnerLabel[] = "kozmic.cache.runner";
constexpr char kInputsLabel[] = "kozmic.cache.inputs";
// Number of the build.
constexpr char kBuildLabel[] = "kozmic.cache.build";
// Of an image that is for one job only: its id.
constexpr char kJobLabel[] = "kozmic.cache.job";
// Between an image's name and the runner that brought it.
constexpr char kFor[] = ".for.";

std::string NameOf(const InstallInputs& inputs, absl::string_view only_for) {
  std::string tag;
  for (const char c : inputs.project) {
    if (absl::ascii_isdigit(c)) tag += c;
  }
  if (!only_for.empty()) absl::StrAppend(&tag, "-", only_for);
  return absl::StrCat(kFamily, CacheId(inputs), ":", tag);
}

std::string LabelOf(const std::map<std::string, std::string>& labels, const char* label) {
  const auto found = labels.find(label);
  return found == labels.end() ? "" : found->second;
}

InstallMaker MakerOf(const std::map<std::string, std::string>& labels) {
  InstallMaker maker = {.runner = LabelOf(labels, kRunnerLabel)};
  if (!absl::SimpleAtoi(LabelOf(labels, kBuildLabel), &maker.build)) maker.build = 0;
  return maker;
}

std::string HolderName(int64_t build) {
  return build > 0 ? absl::StrCat("build #", build) : "another build";
}

}  // namespace

InstallCache::InstallCache(const docker::DockerClient& docker, const Clock& clock,
                           std::string runner, size_t kept)
    : docker_(docker), clock_(clock), runner_(std::move(runner)), kept_(kept) {}

bool InstallCache::IsReserved(const docker::ImageReference& reference) {
  return absl::StartsWith(reference.path, kFamily) &&
         std::count(std::begin(kHubs), std::end(kHubs), reference.registry) > 0;
}

absl::StatusOr<std::unique_ptr<InstallCache::Turn>> InstallCache::Take(
    const Wanted& wanted, const std::stop_token& stop,
    const std::function<void(const std::string& holder)>& waiting) {
  const std::string name = NameOf(wanted.inputs, "");
  std::unique_ptr<Turn> turn(new Turn(*this));
  std::optional<int> failures;
  while (true) {
    if (wanted.only_for.empty()) {
      KOZMIC_RETURN_IF_ERROR(AwaitIdle(name, failures, stop, waiting));
    }
    KOZMIC_ASSIGN_OR_RETURN(const bool here, Pin(name, *turn));
    if (here || !wanted.only_for.empty() ||
        Lead(name, HolderName(wanted.build), *failures, *turn)) {
      return turn;
    }
  }
}

absl::Status InstallCache::AwaitIdle(
    const std::string& name, std::optional<int>& failures, const std::stop_token& stop,
    const std::function<void(const std::string& holder)>& waiting) {
  std::string holder;
  {
    absl::MutexLock lock(&mutex_);
    const Entry& entry = entries_[name];
    if (!failures) failures = entry.failures;
    if (!entry.busy || entry.failures != *failures) return absl::OkStatus();
    holder = entry.holder;
  }
  if (!holder.empty()) waiting(holder);
  // Makes the wait below look again.
  const std::stop_callback on_stop(stop, [this] { absl::MutexLock lock(&mutex_); });
  absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[name];
  const auto idle = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !entry.busy || entry.failures != *failures || stop.stop_requested();
  };
  ++entry.waiting;
  mutex_.Await(absl::Condition(&idle));
  --entry.waiting;
  return stop.stop_requested() ? absl::CancelledError("stopped") : absl::OkStatus();
}

absl::StatusOr<bool> InstallCache::Pin(const std::string& name, Turn& turn) {
  {
    absl::MutexLock lock(&mutex_);
    Entry& entry = entries_[name];
    if (entry.busy) return false;
    ++entry.pins;
    entry.used = clock_.Now();
  }
  turn.image_ = name;
  const auto found = docker_.InspectImage(name);
  if (found.ok()) {
    turn.maker_ = MakerOf(found->labels);
    turn.image_id_ = found->id;
    // Docker keeps when it last got a name: so all runners of this engine, and those to come, know
    // when it was used.
    docker_.TagImage(name, *docker::ParseImageReference(name)).IgnoreError();
    return true;
  }
  {
    absl::MutexLock lock(&mutex_);
    --entries_[name].pins;
  }
  turn.image_.clear();
  if (absl::IsNotFound(found.status())) return false;
  return found.status();
}

bool InstallCache::Lead(const std::string& name, const std::string& holder, int failures,
                        Turn& turn) {
  absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[name];
  if (entry.busy) return entry.failures != failures;
  entry.busy = true;
  entry.holder = holder;
  turn.leads_ = name;
  return true;
}

absl::Status InstallCache::Keep(const Wanted& wanted, absl::string_view container, Turn& turn,
                                std::stop_token stop) {
  const std::string name = NameOf(wanted.inputs, wanted.only_for);
  // The process before this one may have come as far as this.
  std::string id;
  if (const auto found = docker_.InspectImage(name); found.ok()) {
    id = found->id;
  } else {
    std::map<std::string, std::string> labels = {{kProjectLabel, wanted.inputs.project},
                                                 {kRunnerLabel, runner_},
                                                 {kBuildLabel, absl::StrCat(wanted.build)},
                                                 {kInputsLabel, ToText(wanted.inputs)}};
    if (!wanted.only_for.empty()) labels[kJobLabel] = wanted.only_for;
    KOZMIC_ASSIGN_OR_RETURN(const auto reference, docker::ParseImageReference(name));
    KOZMIC_ASSIGN_OR_RETURN(id,
                            docker_.CommitContainer(container, reference, labels, std::move(stop)));
  }
  Give(name, id, turn);
  return absl::OkStatus();
}

absl::Status InstallCache::Adopt(const Wanted& wanted, const std::string& image_id, Turn& turn) {
  const std::string name = NameOf(wanted.inputs, "");
  KOZMIC_ASSIGN_OR_RETURN(const docker::ImageInfo image,
                          docker_.InspectImage(image_id.empty() ? name : image_id));
  const auto inputs = InputsFromText(LabelOf(image.labels, kInputsLabel));
  if (!inputs || CacheId(*inputs) != CacheId(wanted.inputs)) {
    return absl::InvalidArgumentError("the image was not made of these inputs");
  }
  KOZMIC_ASSIGN_OR_RETURN(docker::ImageReference reference, docker::ParseImageReference(name));
  KOZMIC_RETURN_IF_ERROR(docker_.TagImage(image.id, reference));
  absl::StrAppend(&reference.tag, kFor, runner_);
  KOZMIC_RETURN_IF_ERROR(docker_.TagImage(image.id, reference));
  turn.maker_ = MakerOf(image.labels);
  Give(name, image.id, turn);
  return absl::OkStatus();
}

void InstallCache::Give(const std::string& name, const std::string& id, Turn& turn) {
  absl::MutexLock lock(&mutex_);
  Entry& kept = entries_[name];
  ++kept.pins;
  kept.used = clock_.Now();
  turn.image_ = name;
  turn.image_id_ = id;
  if (!turn.leads_.empty()) entries_[turn.leads_].busy = false;
  turn.leads_.clear();
}

std::unique_ptr<InstallCache::Turn> InstallCache::Share(const Turn& turn) {
  if (turn.image_.empty()) return nullptr;
  std::unique_ptr<Turn> other(new Turn(*this));
  Give(turn.image_, turn.image_id_, *other);
  return other;
}

void InstallCache::SetHolder(const Turn& turn, const std::string& holder) {
  if (turn.leads_.empty()) return;
  absl::MutexLock lock(&mutex_);
  entries_[turn.leads_].holder = holder;
}

void InstallCache::End(Turn& turn) {
  absl::MutexLock lock(&mutex_);
  if (!turn.image_.empty()) --entries_[turn.image_].pins;
  if (turn.leads_.empty()) return;
  Entry& entry = entries_[turn.leads_];
  entry.busy = false;
  if (turn.failed_) ++entry.failures;
}

InstallChanges InstallCache::WhatChanged(const InstallInputs& inputs,
                                         std::vector<KnownInstall> known) const {
  const auto images = docker_.ListImages(absl::StrCat(kProjectLabel, "=", inputs.project));
  if (images.ok()) {
    for (const docker::ImageSummary& image : *images) {
      auto before = InputsFromText(LabelOf(image.labels, kInputsLabel));
      if (before) known.push_back({*std::move(before), MakerOf(image.labels)});
    }
  }
  InstallChanges fewest;
  for (const KnownInstall& install : known) {
    std::vector<std::string> differences = Differences(install.inputs, inputs);
    // Those of equal inputs were for single jobs.
    if (differences.empty()) continue;
    if (fewest.differences.empty() || differences.size() < fewest.differences.size()) {
      fewest = {std::move(differences), install.maker};
    }
  }
  return fewest;
}

std::vector<InstallCache::Kept> InstallCache::List(const std::string& label) const {
  std::vector<Kept> all;
  const auto images = docker_.ListImages(label);
  if (!images.ok()) return all;
  for (const docker::ImageSummary& image : *images) {
    Kept kept = {.image = image,
                 .names = {},
                 .project = LabelOf(image.labels, kProjectLabel),
                 .for_job = !LabelOf(image.labels, kJobLabel).empty(),
                 .ours = LabelOf(image.labels, kRunnerLabel) == runner_};
    for (const std::string& name : image.tags) {
      if (!absl::StartsWith(name, kFamily)) continue;
      const bool brought = absl::StrContains(name, kFor);
      if (brought && absl::EndsWith(name, absl::StrCat(kFor, runner_))) kept.ours = true;
      kept.names.insert(brought ? kept.names.end() : kept.names.begin(), name);
    }
    if (!kept.names.empty()) all.push_back(std::move(kept));
  }
  return all;
}

void InstallCache::Sweep() {
  std::map<std::string, std::vector<std::pair<absl::Time, Kept>>> projects;
  for (Kept& kept : List(kProjectLabel)) {
    if (!kept.ours) continue;
    if (kept.for_job) {
      Remove(kept, "its job has ended");
    } else {
      projects[kept.project].emplace_back(kept.image.create_time, std::move(kept));
    }
  }
  for (auto& [project, images] : projects) {
    if (images.size() <= kept_) continue;
    for (auto& [used, kept] : images) {
      if (const auto info = docker_.InspectImage(kept.image.id); info.ok()) {
        used = std::max(used, info->tag_time);
      }
    }
    std::sort(images.begin(), images.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    for (size_t i = kept_; i < images.size(); ++i) {
      Remove(images[i].second, "the project has newer ones");
    }
  }
  absl::MutexLock lock(&mutex_);
  std::erase_if(entries_, [](const auto& entry) {
    return !entry.second.busy && entry.second.pins == 0 && entry.second.waiting == 0 &&
           entry.second.used == absl::InfinitePast();
  });
}

std::set<std::string> InstallCache::Projects() const {
  std::set<std::string> projects;
  for (const Kept& kept : List(kProjectLabel)) projects.insert(kept.project);
  return projects;
}

void InstallCache::RemoveProjects(const std::set<std::string>& projects) {
  for (const Kept& kept : List(kProjectLabel)) {
    if (projects.contains(kept.project)) Remove(kept, "its project is deleted");
  }
}

void InstallCache::RemoveUnused(absl::Duration longest) {
  const absl::Time limit = clock_.Now() - longest;
  for (const Kept& kept : List(kProjectLabel)) {
    if (kept.image.create_time > limit) continue;
    const auto info = docker_.InspectImage(kept.image.id);
    if (info.ok() && info->tag_time <= limit) Remove(kept, "nobody has used it for long");
  }
}

void InstallCache::Remove(const Kept& kept, absl::string_view why) {
  const std::string& name = kept.names.front();
  {
    absl::MutexLock lock(&mutex_);
    Entry& entry = entries_[name];
    if (entry.busy || entry.pins > 0) return;
    entry.busy = true;
    entry.holder.clear();
  }
  absl::Status removed;
  for (const std::string& each : kept.names) {
    // One that a container is made of stays, which Docker sees to.
    removed = docker_.RemoveImage(each, /*force=*/false);
    if (!removed.ok()) break;
  }
  if (removed.ok()) {
    Log(Severity::kInfo, "an install script's image was removed",
        {{"image", name}, {"project", kept.project}, {"why", why}});
  }
  absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[name];
  entry.busy = false;
  if (removed.ok()) entry.used = absl::InfinitePast();
}

}  // namespace kozmic::runner
