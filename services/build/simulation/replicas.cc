#include "services/build/simulation/replicas.h"

#include <algorithm>
#include <utility>

namespace kozmic::build::simulation {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(20);
// Collaborators' deadline for a post.
constexpr absl::Duration kPostDeadline = absl::Seconds(30);
// New wishes announce themselves; here the reporter just looks often.
constexpr absl::Duration kLongestPause = absl::Seconds(5);

}  // namespace

SweeperReplica::SweeperReplica(Environment& env, MemoryLeaseStore& store, std::string name)
    : env_(env), memory_(store), name_(std::move(name)) {}

void SweeperReplica::Start() {
  Restart();
  env_.events.After(env_.dice.Seconds(0, 5), [this] { Step(); });
}

void SweeperReplica::Restart() {
  connection_ =
      std::make_unique<Connection>(env_, Actor{Actor::Kind::kSweeper, name_}, /*pauses=*/true);
  store_ = std::make_unique<FaultyLeaseStore>(memory_, *connection_);
  sweeper_ = std::make_unique<LeaseSweeper>(
      *store_, env_.clock,
      [this](const std::string& log) -> absl::StatusOr<SealedLog> {
        connection_->Linger();
        if (env_.faulty && env_.dice.Chance(100)) return absl::UnavailableError("no log service");
        env_.Trace(name_, " sealed ", log);
        return SealedLog{7, "abc"};
      },
      kGrace);
}

void SweeperReplica::Step() {
  absl::Duration wait = sweeper_->Sweep();
  if (connection_->dead()) {
    Restart();
    wait = env_.dice.Seconds(1, 40);
  }
  env_.events.After(wait, [this] { Step(); });
}

ReporterReplica::ReporterReplica(Environment& env, MemoryStatusOutbox& outbox, FakeGithub& github,
                                 std::string name, uint64_t seed)
    : env_(env), memory_(outbox), github_(github), name_(std::move(name)), random_(seed) {}

void ReporterReplica::Start() {
  Restart();
  env_.events.After(env_.dice.Seconds(0, 5), [this] { Step(); });
}

void ReporterReplica::Restart() {
  connection_ =
      std::make_unique<Connection>(env_, Actor{Actor::Kind::kReporter, name_}, /*pauses=*/true);
  outbox_ = std::make_unique<FaultyStatusOutbox>(memory_, *connection_, env_.clock);
  reporter_ = std::make_unique<StatusReporter>(
      *outbox_,
      [this](const StatusWish& wish) {
        return github_.Post(wish, *connection_, env_.clock.Now() + kPostDeadline,
                            outbox_->claim_end());
      },
      random_);
}

void ReporterReplica::Step() {
  absl::Duration wait = std::min(reporter_->Step(), kLongestPause);
  if (connection_->dead()) {
    Restart();
    wait = env_.dice.Seconds(1, 40);
  }
  env_.events.After(std::max(wait, absl::Milliseconds(100)), [this] { Step(); });
}

}  // namespace kozmic::build::simulation
