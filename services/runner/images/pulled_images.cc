#include "services/runner/images/pulled_images.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/docker/image_reference.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

constexpr char kFamily[] = "kozmic-pulled/";
// Of a note: the image's id, and the digest of who pulled it.
constexpr char kImageLabel[] = "kozmic.pulled";
constexpr char kHolderLabel[] = "kozmic.pulled.by";

std::string NameOf(const std::string& id, const std::string& holder) {
  return absl::StrCat(kFamily, Sha256Hex(absl::StrCat(id, "\n", holder)), ":1");
}

std::string LabelOf(const docker::ImageSummary& note, const char* label) {
  const auto found = note.labels.find(label);
  return found == note.labels.end() ? "" : found->second;
}

}  // namespace

bool PulledImages::IsReserved(const docker::ImageReference& reference) {
  return absl::StartsWith(reference.path, kFamily);
}

absl::Status PulledImages::Note(const std::string& id, const std::string& holder) {
  if (holder == kAnybody) {
    absl::MutexLock lock(&anybodys_mutex_);
    anybodys_.insert(id);
    return absl::OkStatus();
  }
  absl::MutexLock lock(&mutex_);
  return Annotate(Write(id, holder), "note whose credentials pulled an image");
}

absl::Status PulledImages::Write(const std::string& id, const std::string& holder) {
  const std::string name = NameOf(id, holder);
  const absl::Status known = docker_.InspectImage(name).status();
  if (!absl::IsNotFound(known)) return known;
  KOZMIC_ASSIGN_OR_RETURN(const auto reference, docker::ParseImageReference(name));
  return docker_.MakeEmptyImage(reference, {{kImageLabel, id}, {kHolderLabel, Sha256Hex(holder)}});
}

absl::StatusOr<bool> PulledImages::MayUse(const std::string& id, const std::string& holder) const {
  {
    absl::MutexLock lock(&anybodys_mutex_);
    if (anybodys_.contains(id)) return true;
  }
  KOZMIC_ASSIGN_OR_RETURN(const auto notes, docker_.ListImages(absl::StrCat(kImageLabel, "=", id)));
  for (const docker::ImageSummary& note : notes) {
    const std::string by = LabelOf(note, kHolderLabel);
    if (by == Sha256Hex(holder) || by == Sha256Hex(kAnybody)) return true;
  }
  return notes.empty();
}

void PulledImages::Sweep() {
  const auto notes = docker_.ListImages(kImageLabel);
  if (!notes.ok()) return;
  // Of images that somebody's credentials brought.
  std::map<std::string, bool> present;
  for (const docker::ImageSummary& note : *notes) {
    const std::string id = LabelOf(note, kImageLabel);
    absl::MutexLock lock(&mutex_);
    if (!absl::IsNotFound(docker_.InspectImage(id).status())) {
      present[id] = true;
      continue;
    }
    for (const std::string& name : note.tags) docker_.RemoveImage(name, true).IgnoreError();
    absl::MutexLock anybodys_lock(&anybodys_mutex_);
    anybodys_.erase(id);
  }
  std::set<std::string> anybodys;
  {
    absl::MutexLock lock(&anybodys_mutex_);
    anybodys = anybodys_;
  }
  for (const std::string& id : anybodys) {
    if (!present.contains(id)) continue;
    absl::MutexLock lock(&mutex_);
    if (const absl::Status written = Write(id, kAnybody); !written.ok()) {
      Log(Severity::kWarning, "cannot note that an image is anybody's", {{"error", written}});
    }
  }
}

}  // namespace kozmic::runner
