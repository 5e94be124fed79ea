#include "gateway/project_feed.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/translate_build.h"

namespace kozmic::gateway {
namespace {

using build::v1::WatchProjectResponse;

// As many as WatchProject's own snapshot has.
constexpr size_t kNewestBuilds = 50;

std::string ProjectData(const std::string& topic, int64_t revision,
                        const std::vector<std::string>& builds) {
  return absl::StrCat("{\"project_id\":", topic, ",\"revision\":", revision, ",\"builds\":[",
                      absl::StrJoin(builds, ","), "]}");
}

http::SseFrame ProjectFrame(const std::string& topic, int64_t revision,
                            const std::vector<std::string>& builds) {
  return {0, static_cast<uint64_t>(revision), "project", ProjectData(topic, revision, builds),
          nullptr};
}

}  // namespace

class ProjectFeed::Watch final : public Upstream<WatchProjectResponse> {
 public:
  Watch(ProjectFeed& feed, std::string topic, uint64_t generation)
      : Upstream(feed.environment_),
        feed_(feed),
        topic_(std::move(topic)),
        generation_(generation) {}

  std::optional<http::SseFrame> Snapshot() const {
    absl::MutexLock lock(&state_mutex_);
    if (!known_) return std::nullopt;
    std::vector<std::string> builds;
    builds.reserve(newest_.size());
    for (const auto& [number, text] : newest_) builds.push_back(text);
    return ProjectFrame(topic_, revision_, builds);
  }

 protected:
  void Begin(grpc::ClientContext* context,
             grpc::ClientReadReactor<WatchProjectResponse>* reactor) override {
    request_.set_name(absl::StrCat("projects/", topic_));
    {
      absl::MutexLock lock(&state_mutex_);
      request_.set_after_revision(revision_);
    }
    feed_.builds_.async()->WatchProject(context, &request_, reactor);
  }

  Verdict OnResponse(const WatchProjectResponse& response) override {
    std::vector<std::string> changed;
    {
      absl::MutexLock lock(&state_mutex_);
      const bool news = !known_ || response.revision() > revision_;
      if (!news) return Verdict::kGoOn;
      known_ = true;
      revision_ = std::max(revision_, response.revision());
      for (const build::v1::Build& build : response.builds()) {
        changed.push_back(ToJson(build).text);
        newest_[build.number()] = changed.back();
      }
      while (newest_.size() > kNewestBuilds) newest_.erase(std::prev(newest_.end()));
    }
    feed_.hub_.Publish(kKind, topic_, generation_,
                       ProjectFrame(topic_, response.revision(), changed));
    return Verdict::kGoOn;
  }

  std::string Description() const override { return absl::StrCat("project ", topic_); }

 private:
  ProjectFeed& feed_;
  const std::string topic_;
  const uint64_t generation_;
  build::v1::WatchProjectRequest request_;
  mutable absl::Mutex state_mutex_;
  bool known_ ABSL_GUARDED_BY(state_mutex_) = false;
  int64_t revision_ ABSL_GUARDED_BY(state_mutex_) = 0;
  // JSON by number, newest first.
  std::map<int64_t, std::string, std::greater<>> newest_ ABSL_GUARDED_BY(state_mutex_);
};

void ProjectFeed::Start(const std::string& topic, uint64_t, uint64_t generation) {
  auto watch = std::make_shared<Watch>(*this, topic, generation);
  watch->Start();
  watches_[topic] = std::move(watch);
}

void ProjectFeed::Stop(const std::string& topic, uint64_t) {
  const auto found = watches_.find(topic);
  found->second->Stop();
  watches_.erase(found);
}

std::optional<http::SseFrame> ProjectFeed::Snapshot(const std::string& topic) const {
  const auto found = watches_.find(topic);
  if (found == watches_.end()) return std::nullopt;
  return found->second->Snapshot();
}

}  // namespace kozmic::gateway
