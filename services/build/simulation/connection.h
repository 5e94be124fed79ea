#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_CONNECTION_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_CONNECTION_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/build/simulation/environment.h"

namespace kozmic::build::simulation {

// One actor's way to the database. A call may fail before it has an effect or after; around it the
// caller may be held still, or die; what it did is checked at once.
class Connection {
 public:
  // `pauses`: whoever calls may be held still while the others go on.
  Connection(Environment& env, Actor actor, bool pauses)
      : env_(env), actor_(std::move(actor)), pauses_(pauses) {}

  // `call` returns a Status or a StatusOr.
  template <typename Call>
  auto Run(absl::string_view what, const Call& call) -> decltype(call()) {
    Linger();
    if (dead_) return absl::UnavailableError("the caller is dead");
    if (env_.database_away || (env_.faulty && env_.dice.Chance(15))) {
      env_.Trace(actor_.name, " ", what, ": database away");
      return absl::UnavailableError("database away");
    }
    auto result = call();
    if (env_.tracing) env_.Trace(actor_.name, " ", what, ": ", Text(result));
    env_.Check(actor_);
    if (env_.faulty && env_.dice.Chance(15)) {
      env_.Trace(actor_.name, " ", what, ": the answer is lost");
      return absl::UnavailableError("answer lost");
    }
    Linger();
    if (dead_) return absl::UnavailableError("the caller is dead");
    return result;
  }

  // Time may pass, a moment or longer than leases and claims last; its process may die in it.
  void Linger() {
    if (!pauses_ || dead_ || !env_.faulty || !env_.dice.Chance(25)) return;
    const absl::Duration still =
        env_.dice.Chance(300) ? env_.dice.Seconds(30, 150) : env_.dice.Seconds(0, 8);
    env_.Trace(actor_.name, " stands still for ", absl::FormatDuration(still));
    env_.events.RunUntil(env_.clock.Now() + still);
    if (!env_.dice.Chance(150)) return;
    env_.Trace(actor_.name, " dies");
    dead_ = true;
  }

  bool dead() const { return dead_; }

 private:
  static std::string Text(const absl::Status& status) { return status.ToString(); }
  template <typename T>
  static std::string Text(const absl::StatusOr<T>& result) {
    return result.status().ToString();
  }

  Environment& env_;
  const Actor actor_;
  const bool pauses_;
  bool dead_ = false;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_CONNECTION_H_
