#include "services/build/simulation/simulated_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"

namespace kozmic::build::simulation {
namespace {

constexpr absl::Duration kRenewInterval = absl::Seconds(10);

bool IsStale(const absl::Status& status) {
  return Reason(status) == "stale_fence" || Reason(status) == "stale_session";
}

}  // namespace

SimulatedRunner::SimulatedRunner(Environment& env, MemoryLeaseStore& store, Traits traits)
    : env_(env),
      traits_(std::move(traits)),
      connection_(env, {Actor::Kind::kRunner, traits_.name}, /*pauses=*/false),
      store_(store, connection_) {}

void SimulatedRunner::Start() {
  env_.events.After(env_.dice.Seconds(0, 5), [this] { Tick(); });
}

void SimulatedRunner::Tick() {
  if (env_.faulty && env_.dice.Chance(12)) return Suffer();
  if (session_.empty()) {
    Open();
  } else {
    Advance();
    Renew();
    Finish();
    Ask();
  }
  const bool busy = !held_.empty();
  env_.events.After(busy ? env_.dice.Seconds(1, 4) : env_.dice.Seconds(2, 8), [this] { Tick(); });
}

// Its process or machine has trouble.
void SimulatedRunner::Suffer() {
  const absl::Duration away =
      env_.dice.Chance(500) ? env_.dice.Seconds(1, 15) : env_.dice.Seconds(60, 200);
  switch (env_.dice.Below(3)) {
    case 0:
      env_.Trace(traits_.name, " stands still for ", absl::FormatDuration(away));
      break;
    case 1:
      env_.Trace(traits_.name, " crashes for ", absl::FormatDuration(away));
      session_.clear();
      request_.clear();
      break;
    default: {
      env_.Trace(traits_.name, " is started a second time");
      env_.events.After(away + absl::Seconds(20),
                        [this, ghost = Ghost{session_, held_}] { Haunt(ghost); });
      session_.clear();
      request_.clear();
      env_.events.After(env_.dice.Seconds(0, 3), [this] { Tick(); });
      return;
    }
  }
  env_.events.After(away, [this] { Tick(); });
}

void SimulatedRunner::Open() {
  runner::v1::OpenSessionRequest request;
  request.set_runner(traits_.name);
  for (const std::string& label : traits_.labels) request.add_labels(label);
  request.set_slots(traits_.slots);
  const std::string session = absl::StrCat(traits_.name, "-session-", ++sessions_);
  const auto leases = store_.OpenSession(request, session, "");
  if (!leases.ok()) return;
  session_ = session;
  renewed_ = env_.clock.Now();
  std::map<std::string, Held> known = std::move(held_);
  held_.clear();
  for (const GrantedLease& lease : *leases) {
    const auto had = known.find(lease.key.Name());
    if (had == known.end()) {
      Take(lease);
    } else {
      held_[had->first] = had->second;
    }
  }
}

void SimulatedRunner::Take(const GrantedLease& lease) {
  Held held;
  held.key = lease.key;
  held.granted = env_.clock.Now();
  held.next = held.granted + env_.dice.Seconds(0, 2);
  held.timeout_seconds = lease.timeout_seconds;
  held.hangs = env_.faulty && env_.dice.Chance(10);
  env_.Trace(traits_.name, " has ", lease.key.Name());
  held_[lease.key.Name()] = held;
}

AttemptEnd SimulatedRunner::EndOf(v1::State state) const {
  AttemptEnd end;
  end.state = state;
  end.reason = "so it ended";
  if (state == v1::STATE_SUCCESS) end.exit_code = 0;
  if (state == v1::STATE_FAILURE) end.exit_code = 1;
  end.log_size = 10;
  return end;
}

void SimulatedRunner::Advance() {
  const absl::Time now = env_.clock.Now();
  for (auto& [name, held] : held_) {
    if (held.end || held.hangs) continue;
    if (now > held.granted + absl::Seconds(held.timeout_seconds)) {
      held.end = EndOf(v1::STATE_FAILURE);
    } else if (held.script_began && now >= held.next) {
      held.end = EndOf(env_.dice.Chance(750) ? v1::STATE_SUCCESS : v1::STATE_FAILURE);
    } else if (held.phase < runner::v1::PHASE_FETCH && now >= held.next) {
      held.phase = static_cast<runner::v1::Phase>(held.phase + 1);
      held.next = now + env_.dice.Seconds(0, 5);
      if (env_.dice.Chance(20)) held.end = EndOf(v1::STATE_ERROR);
    }
  }
}

void SimulatedRunner::Renew() {
  const absl::Time now = env_.clock.Now();
  bool has_news = false;
  std::vector<LeaseStore::Renewal> renewals;
  for (const auto& [name, held] : held_) {
    if (held.end) continue;
    // The script waits for the answer.
    const bool begins =
        !held.script_began && held.phase == runner::v1::PHASE_FETCH && now >= held.next;
    has_news = has_news || begins;
    renewals.push_back({held.key, begins ? runner::v1::PHASE_SCRIPT : held.phase});
  }
  if (renewals.empty() || (!has_news && now < renewed_ + kRenewInterval)) return;
  const auto answers = store_.Renew(session_, renewals);
  if (IsStale(answers.status())) return env_.Fail("stale: its own newest session");
  if (!answers.ok()) return;
  renewed_ = now;
  for (size_t i = 0; i < renewals.size(); ++i) {
    const std::string name = renewals[i].key.Name();
    Held& held = held_.at(name);
    if (!(*answers)[i].expire_time) {
      env_.Trace(traits_.name, " has lost ", name);
      held_.erase(name);
      continue;
    }
    if ((*answers)[i].cancel) held.end = EndOf(v1::STATE_CANCELLED);
    if (renewals[i].phase != runner::v1::PHASE_SCRIPT || held.script_began || held.end) continue;
    held.script_began = true;
    held.phase = runner::v1::PHASE_SCRIPT;
    held.next =
        now + (env_.dice.Chance(50) ? env_.dice.Seconds(30, 200) : env_.dice.Seconds(0, 15));
    if (!env_.ScriptBegins(held.key)) env_.Fail("the script began twice: " + name);
  }
}

void SimulatedRunner::Finish() {
  for (auto held = held_.begin(); held != held_.end();) {
    const auto here = held++;
    if (!here->second.end) continue;
    const AttemptKey key = here->second.key;
    const AttemptEnd end = *here->second.end;
    const auto statuses = store_.Finish({{session_, key, end}});
    if (!statuses.ok()) continue;
    env_.Trace(traits_.name, " finished ", key.Name(), " as ", v1::State_Name(end.state), ": ",
               statuses->front().ToString());
    if (!statuses->front().ok() && !IsStale(statuses->front())) {
      return env_.Fail(absl::StrCat("not taken: ", statuses->front().ToString()));
    }
    held_.erase(here);
    // Late copies of the call, and one that says something else.
    if (env_.faulty && env_.dice.Chance(100)) {
      const std::string session = session_;
      env_.events.After(env_.dice.Seconds(0, 90), [this, session, key, end] {
        FinishInVain(session, key, end.state);
        FinishInVain(session, key, v1::STATE_ERROR);
      });
    }
  }
}

void SimulatedRunner::Ask() {
  if (static_cast<int>(held_.size()) >= traits_.slots) return;
  if (request_.empty()) request_ = absl::StrCat(traits_.name, "-request-", ++requests_);
  const auto granted = store_.Grant({{session_, request_}});
  if (!granted.ok()) return;
  const auto& lease = granted->front().lease;
  if (!lease.ok()) return env_.Fail("no lease: " + lease.status().ToString());
  if (!lease->has_value()) {
    const std::string wrong = env_.invariants.CheckNothingFor(traits_.labels);
    if (!wrong.empty()) env_.Fail(wrong);
    return;
  }
  request_.clear();
  Take(**lease);
}

void SimulatedRunner::Haunt(const Ghost& ghost) {
  const auto runner = env_.database.runners.find(traits_.name);
  // Nobody has taken its place yet: it still speaks for the runner.
  if (ghost.session.empty() || runner->second.session == ghost.session) return;
  std::vector<LeaseStore::Renewal> renewals;
  for (const auto& [name, held] : ghost.held) {
    renewals.push_back({held.key, runner::v1::PHASE_SCRIPT});
    FinishInVain(ghost.session, held.key, v1::STATE_SUCCESS);
  }
  const int64_t before = env_.database.changes;
  const auto renewed = store_.Renew(ghost.session, renewals);
  store_.Grant({{ghost.session, "ghost"}}).IgnoreError();
  if (renewed.ok() || env_.database.changes != before) {
    env_.Fail("I6: a session that is over changed something");
  }
}

void SimulatedRunner::FinishInVain(const std::string& session, const AttemptKey& key,
                                   v1::State state) {
  const int64_t before = env_.database.changes;
  const auto statuses = store_.Finish({{session, key, EndOf(state)}});
  if (env_.database.changes != before) {
    env_.Fail(absl::StrCat("I6: a late word on ", key.Name(), " changed something"));
  }
}

}  // namespace kozmic::build::simulation
