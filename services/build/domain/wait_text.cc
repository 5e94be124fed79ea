#include "services/build/domain/wait_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kozmic::build {
namespace {

constexpr int kMostCounted = 1000;

std::string Count(int count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

v1::Gate GateOf(const WaitFacts& facts) {
  if (facts.gate == v1::GATE_APPROVAL) return facts.gate;
  if (!facts.project_paused_by.empty()) return v1::GATE_PROJECT_LIMIT;
  if (facts.project_limit > 0 && facts.project_running >= facts.project_limit) {
    return v1::GATE_PROJECT_LIMIT;
  }
  if (facts.hook_limit > 0 && facts.hook_running >= facts.hook_limit) return v1::GATE_HOOK_LIMIT;
  return v1::GATE_OPEN;
}

std::string Ahead(const WaitFacts& facts) {
  if (facts.ahead == 0) return "It is next.";
  if (facts.ahead >= kMostCounted)
    return absl::StrCat("More than ", kMostCounted, " jobs are before it.");
  return absl::StrCat(Count(facts.ahead, "job is", "jobs are"), " before it.");
}

std::string ForRunner(const WaitFacts& facts) {
  if (facts.fitting_runners == 0 && facts.paused_runners > 0) {
    return facts.paused_runners == 1
               ? "It waits for a runner: the only one that fits it is paused by an administrator."
               : absl::StrCat("It waits for a runner: all ", facts.paused_runners,
                              " that fit it are paused by an administrator.");
  }
  if (!facts.any_runner) return "It waits for a runner: none is online.";
  if (!facts.missing_labels.empty()) {
    return absl::StrCat("It waits for a runner with the label \"",
                        absl::StrJoin(facts.missing_labels, "\", \""),
                        "\": none that is online has it.");
  }
  if (facts.fitting_runners == 0) {
    return absl::StrCat("It waits for a runner that has all of the labels \"",
                        absl::StrJoin(facts.labels, "\", \""), "\": none that is online does.");
  }
  if (facts.busy_slots >= facts.slots) {
    return absl::StrCat(
        "It waits for a free place: ", Count(facts.slots, "place of", "places of all"), " ",
        Count(facts.fitting_runners, "runner", "runners"), " that fit",
        facts.fitting_runners == 1 ? "s" : "", " it ", facts.slots == 1 ? "is" : "are", " taken. ",
        Ahead(facts));
  }
  return absl::StrCat("It is about to start. ", Ahead(facts));
}

std::string Sentence(const WaitFacts& facts, v1::Gate gate) {
  switch (gate) {
    case v1::GATE_APPROVAL:
      return "It comes from a fork and waits until somebody who may configure the project approves "
             "it.";
    case v1::GATE_PROJECT_LIMIT:
      if (!facts.project_paused_by.empty()) {
        return absl::StrCat("Its project is paused by ", facts.project_paused_by,
                            ", an administrator: runners are given none of its jobs until it is "
                            "resumed.");
      }
      return absl::StrCat("It waits for the project's limit: of its jobs, ",
                          Count(facts.project_limit, "runs", "run"), " at once at most, and ",
                          Count(facts.project_running, "is", "are"), " running.");
    case v1::GATE_HOOK_LIMIT:
      return absl::StrCat("It waits for its hook's limit: of the hook's jobs, ",
                          Count(facts.hook_limit, "runs", "run"), " at once at most, and ",
                          Count(facts.hook_running, "is", "are"), " running.");
    default:
      return ForRunner(facts);
  }
}

}  // namespace

v1::ExplainWaitResponse::Wait Explain(const WaitFacts& facts) {
  v1::ExplainWaitResponse::Wait wait;
  const v1::Gate gate = GateOf(facts);
  wait.set_job(facts.job);
  wait.set_gate(gate);
  if (gate == v1::GATE_PROJECT_LIMIT && facts.project_paused_by.empty()) {
    wait.set_limit(facts.project_limit);
  }
  if (gate == v1::GATE_HOOK_LIMIT) wait.set_limit(facts.hook_limit);
  if (gate == v1::GATE_OPEN) wait.set_ahead(facts.ahead);
  wait.set_fitting_runners(facts.fitting_runners);
  wait.set_slots(facts.slots);
  wait.set_busy_slots(facts.busy_slots);
  wait.mutable_missing_labels()->Add(facts.missing_labels.begin(), facts.missing_labels.end());
  wait.set_sentence(Sentence(facts, gate));
  return wait;
}

}  // namespace kozmic::build
