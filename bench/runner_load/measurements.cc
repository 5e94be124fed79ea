#include "bench/runner_load/measurements.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/report/report.h"
#include "bench/runner_load/bare.h"
#include "services/runner/fetch/git_fetcher.h"

namespace kozmic::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kOneSecond[] = "#!/bin/sh\nsleep 1\n";
constexpr char kInstall[] = "#!/bin/sh\necho tool >/tmp/tool\n";
constexpr int kJobRounds = 4;
constexpr int kJobsInARound = 5;
constexpr int kFetches = 50;
constexpr int kFirstBytes = 20;
constexpr int kOutputs = 4;
constexpr int64_t kOutputBytes = 200'000'000;
constexpr int kRateRounds = 3;
constexpr int kAtOnce = 16;
constexpr int kRateJobs = 64;

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

int64_t FileNumber(const std::string& path) {
  std::ifstream file(path);
  int64_t number = 0;
  file >> number;
  return number;
}

runner::v1::JobSpec WithInstall(runner::v1::JobSpec spec) {
  spec.set_install_script(kInstall);
  spec.add_tracked_files("src/0/file-0");
  return spec;
}

// Runs the install script for the jobs that are measured.
void Prepare(Stage& stage, const runner::v1::JobSpec& spec, int warm_containers = 0) {
  for (int i = 0; i < 3; ++i) {
    stage.WaitForEnd(stage.Enqueue(spec));
    stage.WaitForRest(warm_containers);
  }
}

double FloorOfFirstByte(Stage& stage) {
  const std::string folder = stage.NewFolder();
  const BareRun run = RunBare(stage, "/bin/probe now >/out/time", folder);
  return Milliseconds(absl::FromUnixNanos(FileNumber(folder + "/time")) - run.begin);
}

double FirstByte(Stage& stage, const runner::v1::JobSpec& spec) {
  const std::string attempt = stage.Enqueue(spec);
  stage.WaitForEnd(attempt);
  return Milliseconds(absl::FromUnixNanos(stage.Numbers(attempt).at(0)) - stage.GrantTime(attempt));
}

// Jobs per second while all slots are taken: of the times at which each one began.
double RateOf(std::vector<absl::Time> begins) {
  std::sort(begins.begin(), begins.end());
  return static_cast<double>(begins.size() - kAtOnce) /
         absl::ToDoubleSeconds(begins.back() - begins[kAtOnce - 1]);
}

double BareRate(const Stage& stage) {
  std::vector<absl::Time> begins(kRateJobs);
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      for (size_t job = next++; job < begins.size(); job = next++) {
        begins[job] = RunBare(stage, "exit 0").begin;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return RateOf(begins);
}

double RunnerRate(Stage& stage) {
  std::vector<std::string> attempts;
  for (int i = 0; i < kRateJobs; ++i) {
    attempts.push_back(stage.Enqueue(stage.Spec("#!/bin/sh\nexit 0\n")));
  }
  std::vector<absl::Time> begins;
  for (const std::string& attempt : attempts) {
    stage.WaitForEnd(attempt);
    begins.push_back(stage.GrantTime(attempt));
  }
  stage.WaitForRest();
  return RateOf(begins);
}

}  // namespace

void MeasureJob(Stage& stage) {
  Headline("a. a job with a cached install and a script of 1 s");
  stage.StartRunner(1);
  const runner::v1::JobSpec spec = WithInstall(stage.Spec(kOneSecond));
  Prepare(stage, spec);
  Samples bare;
  Samples whole;
  Samples told;
  for (int round = 0; round < kJobRounds; ++round) {
    for (int i = 0; i < kJobsInARound; ++i) {
      const BareRun run = RunBare(stage, "sleep 1");
      bare.Add(Milliseconds(run.removed - run.begin));
    }
    std::vector<std::string> attempts;
    for (int i = 0; i <= kJobsInARound; ++i) attempts.push_back(stage.Enqueue(spec));
    for (const std::string& attempt : attempts) stage.WaitForEnd(attempt);
    for (size_t i = 0; i + 1 < attempts.size(); ++i) {
      whole.Add(Milliseconds(stage.GrantTime(attempts[i + 1]) - stage.GrantTime(attempts[i])));
      told.Add(Milliseconds(stage.EndTime(attempts[i]) - stage.GrantTime(attempts[i])));
    }
    stage.WaitForRest();
  }
  Row("floor: Engine API create, start, wait, remove", bare);
  Row("lease -> its end reported", told);
  Row("lease -> next lease on the same slot", whole);
  Verdict("lease -> next lease / floor", whole.p50() / bare.p50(), "<=", 1.15);
}

void MeasureFetch(Stage& stage) {
  Headline("b. a second fetch of an unchanged repository");
  const std::string cache = stage.NewFolder();
  runner::CheckoutRequest request;
  request.project = "projects/1";
  request.clone_url = stage.clone_url();
  request.commit = stage.commit();
  request.ref = "refs/heads/main";
  const auto fetch = [&](runner::GitFetcher& git) {
    request.target = stage.NewFolder();
    const absl::Time begin = absl::Now();
    Demand(git.Checkout(request, {}), "fetch");
    const double took = Milliseconds(absl::Now() - begin);
    fs::remove_all(request.target);
    return took;
  };
  runner::GitFetcher git({.cache_folder = cache});
  fetch(git);
  Samples known;
  Samples asked;
  for (int i = 0; i < kFetches; ++i) {
    known.Add(fetch(git));
    // A process that knows only what lies on the disk.
    runner::GitFetcher restarted({.cache_folder = cache});
    asked.Add(fetch(restarted));
  }
  Row("by a runner that has been restarted meanwhile", asked);
  Row("a second clone of the commit", known);
  Verdict("a second clone of the commit", known.p50(), "<", 30, "ms");
}

void MeasureFirstByte(Stage& stage) {
  Headline("c. the script's first byte");
  stage.StartRunner(1);
  const runner::v1::JobSpec spec = stage.Spec("#!/bin/sh\n/bin/probe now\n");
  const runner::v1::JobSpec installed = WithInstall(spec);
  Prepare(stage, spec);
  Prepare(stage, installed);
  Samples floor;
  Samples plain;
  Samples cached;
  for (int i = 0; i < kFirstBytes; ++i) {
    floor.Add(FloorOfFirstByte(stage));
    plain.Add(FirstByte(stage, spec));
    stage.WaitForRest();
    cached.Add(FirstByte(stage, installed));
    stage.WaitForRest();
  }
  Row("floor: Engine API create + start -> first byte", floor);
  Row("lease -> first byte", plain);
  Row("lease -> first byte, with a cached install", cached);
  Verdict("lease -> first byte - floor", plain.p50() - floor.p50(), "<=", 60, "ms");
  Verdict("the same with a cached install", cached.p50() - floor.p50(), "<=", 60, "ms");
}

void MeasureWarmFirstByte(Stage& stage) {
  Headline("c, in a container that was started ahead");
  stage.StartRunner(1, 1);
  const runner::v1::JobSpec spec = stage.Spec("#!/bin/sh\n/bin/probe now\n");
  Prepare(stage, spec, 1);
  Samples floor;
  Samples warm;
  for (int i = 0; i < kFirstBytes; ++i) {
    floor.Add(FloorOfFirstByte(stage));
    warm.Add(FirstByte(stage, spec));
    stage.WaitForRest(1);
  }
  Row("floor: Engine API create + start -> first byte", floor);
  Row("lease -> first byte", warm);
  Verdict("lease -> first byte (asked from the webhook on)", warm.p50(), "<", 50, "ms");
}

void MeasureOutput(Stage& stage) {
  Headline(absl::StrCat("d. a script that prints ", kOutputBytes / 1'000'000, " MB of lines"));
  stage.StartRunner(1);
  const std::string lines = absl::StrCat("/bin/probe lines ", kOutputBytes);
  const runner::v1::JobSpec spec =
      stage.Spec(absl::StrCat("#!/bin/sh\n/bin/probe now\n", lines, "\n/bin/probe now\n"));
  Prepare(stage, stage.Spec("exit 0\n"));
  Samples bare_script;
  Samples bare_whole;
  Samples script;
  Samples whole;
  for (int i = 0; i < kOutputs; ++i) {
    const std::string folder = stage.NewFolder();
    const BareRun run = RunBare(stage,
                                absl::StrCat("/bin/probe now >/out/begin; ", lines,
                                             " >/out/lines; /bin/probe now >/out/end"),
                                folder);
    bare_script.Add(
        static_cast<double>(FileNumber(folder + "/end") - FileNumber(folder + "/begin")) / 1e6);
    bare_whole.Add(Milliseconds(run.end - run.begin));
    fs::remove_all(folder);
    const std::string attempt = stage.Enqueue(spec);
    stage.WaitForEnd(attempt);
    const std::vector<int64_t> times = stage.Numbers(attempt);
    script.Add(static_cast<double>(times.at(1) - times.at(0)) / 1e6);
    whole.Add(Milliseconds(stage.EndTime(attempt) - stage.GrantTime(attempt)));
    stage.WaitForRest();
  }
  Row("floor: the script alone, into a file", bare_script);
  Row("floor: Engine API create -> its end", bare_whole);
  Row("the script alone", script);
  Row("lease -> all bytes stored and its end reported", whole);
  Verdict("the script alone / floor", script.p50() / bare_script.p50(), "<=", 1.2);
  Verdict("lease -> end / create -> end", whole.p50() / bare_whole.p50(), "<=", 1.2);
}

void MeasureRate(Stage& stage) {
  Headline(absl::StrCat("e. jobs that do nothing, ", kAtOnce, " at a time"));
  stage.StartRunner(kAtOnce);
  Prepare(stage, stage.Spec("exit 0\n"));
  Samples bare;
  Samples rate;
  for (int round = 0; round < kRateRounds; ++round) {
    bare.Add(BareRate(stage));
    rate.Add(RunnerRate(stage));
  }
  Row("floor: Engine API create, start, wait, remove", bare, "/s");
  Row("jobs", rate, "/s");
  Verdict("jobs / floor", rate.p50() / bare.p50(), ">=", 0.8);
}

}  // namespace kozmic::bench
