#include "services/build/simulation/world.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/build/state_machine.h"

namespace kozmic::build::simulation {
namespace {

constexpr absl::Duration kLeaseTime = absl::Seconds(60);
constexpr absl::Duration kTrouble = absl::Minutes(6);
// More than the longest chain of jobs that wait for each other.
constexpr absl::Duration kRestWithin = absl::Hours(1);
constexpr absl::Duration kLook = absl::Seconds(20);
// LeaseSweeper's patience with a job that no runner takes, and some.
constexpr absl::Duration kLongestWait = absl::Hours(25);

}  // namespace

World::World(uint64_t seed, bool traces)
    : env_(seed, traces),
      leases_(env_.database, kLeaseTime),
      outbox_(env_.database),
      builds_(env_.database),
      github_(env_),
      webhooks_(env_, builds_),
      people_(env_, builds_),
      first_sweeper_(env_, leases_, "sweeper-1"),
      second_sweeper_(env_, leases_, "sweeper-2"),
      first_reporter_(env_, outbox_, github_, "reporter-1", seed + 1),
      second_reporter_(env_, outbox_, github_, "reporter-2", seed + 2) {
  Populate();
}

void World::Populate() {
  Dice& dice = env_.dice;
  const int projects = dice.Between(1, 3);
  for (int64_t project = 1; project <= projects; ++project) {
    v1::ProjectSettings& settings = env_.database.projects[project].settings;
    settings.set_cancel_superseded_pull_requests(true);
    settings.set_cancel_superseded_branches(dice.Chance(200));
    settings.set_fail_fast(dice.Chance(200));
    if (dice.Chance(400)) settings.set_max_parallel(dice.Between(1, 2));
  }
  const int runners = dice.Between(1, 3);
  for (int i = 1; i <= runners; ++i) {
    SimulatedRunner::Traits traits;
    traits.name = absl::StrCat("runner-", i);
    if (i == 1 || dice.Chance(300)) traits.labels.emplace_back("gpu");
    if (i == 1 || dice.Chance(500)) traits.labels.emplace_back("linux");
    traits.slots = dice.Between(1, 3);
    runners_.push_back(std::make_unique<SimulatedRunner>(env_, leases_, std::move(traits)));
  }
}

void World::LoseTheDatabase() {
  if (!env_.faulty) return;
  env_.Trace("the database is away");
  env_.database_away = true;
  env_.events.After(env_.dice.Seconds(1, 90), [this] {
    env_.Trace("the database is back");
    env_.database_away = false;
  });
}

bool World::IsAtRest() const {
  for (const auto& [id, row] : env_.database.jobs) {
    const bool can_run = std::any_of(
        runners_.begin(), runners_.end(),
        [&row = row](const auto& runner) { return MemoryDatabase::Fits(row, runner->labels()); });
    if (can_run && !IsTerminal(env_.database.Job(id).state)) return false;
  }
  return std::all_of(
      env_.database.wishes.begin(), env_.database.wishes.end(),
      [](const auto& wish) { return wish.second.reported >= wish.second.wish.wanted; });
}

void World::ComeToRest() {
  env_.Trace("no more faults");
  env_.faulty = false;
  env_.database_away = false;
  // What is still on its way arrives.
  env_.events.RunUntil(env_.clock.Now() + absl::Minutes(4));
  people_.ApproveAll();
  people_.ResumeAll();
  const absl::Time end = env_.clock.Now() + kRestWithin;
  while (!env_.events.stopped() && !IsAtRest()) {
    if (env_.clock.Now() > end) return env_.Fail("I7: the world does not come to rest");
    env_.events.RunUntil(env_.clock.Now() + kLook);
  }
}

void World::OutwaitTheRest() {
  if (env_.events.stopped() || env_.invariants.CheckAllEnded().empty()) return;
  env_.Trace("a day passes");
  env_.clock.Advance(kLongestWait);
  const absl::Time end = env_.clock.Now() + absl::Minutes(10);
  while (!env_.events.stopped() && !env_.invariants.CheckAllEnded().empty() &&
         env_.clock.Now() < end) {
    env_.events.RunUntil(env_.clock.Now() + kLook);
  }
}

std::string World::Run() {
  webhooks_.Start(env_.dice.Between(2, 9), kTrouble * 0.8);
  people_.Start();
  for (const auto& runner : runners_) runner->Start();
  first_sweeper_.Start();
  second_sweeper_.Start();
  first_reporter_.Start();
  second_reporter_.Start();
  if (env_.dice.Chance(400)) {
    env_.events.After(env_.dice.Seconds(10, absl::ToDoubleSeconds(kTrouble)),
                      [this] { LoseTheDatabase(); });
  }
  env_.events.RunUntil(env_.clock.Now() + kTrouble);
  ComeToRest();
  OutwaitTheRest();
  if (env_.failure.empty()) env_.failure = env_.invariants.CheckAllEnded();
  if (env_.failure.empty()) env_.failure = github_.CheckAtRest();
  return env_.failure;
}

}  // namespace kozmic::build::simulation
