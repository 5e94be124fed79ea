#include "services/build/domain/commit_status.h"

#include <algorithm>
#include <utility>

#include "services/build/status_text.h"

namespace kozmic::build {
namespace {

// What a reader must know first.
int Gravity(v1::State state) {
  switch (state) {
    case v1::STATE_FAILURE:
      return 6;
    case v1::STATE_ERROR:
      return 5;
    case v1::STATE_CANCELLED:
      return 4;
    case v1::STATE_PENDING:
      return 3;
    case v1::STATE_ENQUEUED:
      return 2;
    default:
      return 1;
  }
}

}  // namespace

std::optional<CommitStatus> CommitStatusOf(const std::vector<CommitBuild>& builds) {
  const auto speaker = std::max_element(builds.begin(), builds.end(),
                                        [](const CommitBuild& a, const CommitBuild& b) {
                                          return std::make_pair(Gravity(a.state), a.number) <
                                                 std::make_pair(Gravity(b.state), b.number);
                                        });
  if (speaker == builds.end() || speaker->state == v1::STATE_ENQUEUED) return std::nullopt;
  return CommitStatus{
      .state = speaker->state,
      .description = StatusDescription(speaker->number, speaker->state, speaker->verdict_job),
      .build = speaker->number};
}

}  // namespace kozmic::build
