#include "services/runner/install/last_images.h"

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"

namespace kozmic::runner {
namespace {

// With their lengths, so that no two lists of parts are the same text.
void AppendPart(std::string& text, absl::string_view part) {
  absl::StrAppend(&text, part.size(), ":", part);
}

}  // namespace

std::string LastImages::KeyOf(const v1::JobSpec& job) {
  // What the inputs of an install script are of before the commit is fetched.
  std::string text;
  AppendPart(text, job.project());
  AppendPart(text, job.image());
  AppendPart(text, job.install_script());
  for (const std::string& path : job.tracked_files()) AppendPart(text, path);
  return Sha256Hex(absl::StrCat(text, job.fork() ? "fork" : ""));
}

void LastImages::Note(const v1::JobSpec& job, absl::string_view image_id) {
  const std::string key = KeyOf(job);
  absl::MutexLock lock(&mutex_);
  if (images_.size() >= most_ && !images_.contains(key)) images_.clear();
  images_[key] = std::string(image_id);
}

std::string LastImages::Guess(const v1::JobSpec& job) const {
  const std::string key = KeyOf(job);
  absl::MutexLock lock(&mutex_);
  const auto found = images_.find(key);
  return found == images_.end() ? "" : found->second;
}

}  // namespace kozmic::runner
