// webhook_load PGBENCH: see ../webhooks.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/floor/floor.h"
#include "lib/base/json.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"
#include "tests/installation/webhook_sender.h"

namespace kozmic::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kProjects = 8;
constexpr int kBranches = 16;
constexpr int kWarmUp = 500;
constexpr int kWebhooks = 4000;
constexpr int kRounds = 3;
// The delivery is kept, taken, built and settled; if nothing is done together, each is a commit.
constexpr double kCommitsPerWebhook = 4;
constexpr absl::Duration kPatience = absl::Minutes(2);

// As ./kozmic up configures its server.
constexpr char kDurable[] =
    "fsync = on\nfull_page_writes = on\nshared_buffers = 128MB\nmin_wal_size = 1GB\n";

template <typename T>
T Must(const char* what, absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", what, result.status().ToString().c_str());
  std::exit(1);
}

class Load {
 public:
  explicit Load(Installation& installation) : installation_(installation) {
    Person octo = Must("sign in", Person::SignIn(installation, "octo"));
    for (int i = 1; i <= kProjects; ++i) {
      WebhookSender::Hook hook = MakeHook(octo, i);
      for (int branch = 1; branch <= kBranches; ++branch) {
        hook.ref = absl::StrCat("refs/heads/branch-", branch);
        hooks_.push_back(hook);
      }
    }
  }

  // Seconds from the first sent to the last built.
  double Send(int64_t seed, int count, std::vector<double>& milliseconds) {
    const int64_t before = Builds();
    const absl::Time begun = absl::Now();
    for (const auto& sent : WebhookSender::Send(hooks_, seed, count, kConnections)) {
      if (sent.status != 200) {
        std::fprintf(stderr, "a webhook was answered with %d\n", sent.status);
        std::exit(1);
      }
      milliseconds.push_back(absl::ToDoubleMilliseconds(sent.time));
    }
    answered_ = absl::ToDoubleSeconds(absl::Now() - begun);
    while (Builds() < before + count) {
      if (absl::Now() - begun > kPatience) {
        std::fprintf(stderr, "%ld of %d webhooks were built\n",
                     static_cast<long>(Builds() - before), count);
        std::exit(1);
      }
      absl::SleepFor(absl::Milliseconds(10));
    }
    return absl::ToDoubleSeconds(absl::Now() - begun);
  }

  // Of the last Send: until all were answered.
  double answered() const { return answered_; }

 private:
  int64_t Builds() { return installation_.Number("build", "SELECT count(*) FROM builds"); }

  WebhookSender::Hook MakeHook(Person& octo, int number) {
    GithubSimulator& github = installation_.github();
    const std::string name = absl::StrCat("load-", number);
    Must("plant", github.Control("POST", "/seed",
                                 {{"repositories", {{{"owner", "octo"}, {"name", name}}}}}));
    const std::string repository = "octo/" + name;
    const auto project =
        Must("project", octo.Change("POST", "/projects", {{"repository", repository}}));
    Must("hook",
         octo.Change(
             "POST", absl::StrCat("/projects/", DumpJson(project["id"]), "/hooks"),
             {{"title", "Tests"}, {"image", "debian:12"}, {"script", "#!/bin/sh\nmake test\n"}}));
    const int64_t before = Builds();
    Must("push", github.Control("POST", absl::StrCat("/repositories/", repository, "/commits"),
                                {{"login", "octo"}, {"message", "Begin"}}));
    while (Builds() == before) absl::SleepFor(absl::Milliseconds(10));
    return Must("hook at GitHub", WebhookSender::Find(installation_, repository));
  }

  Installation& installation_;
  std::vector<WebhookSender::Hook> hooks_;
  double answered_ = 0;
};

double At(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(static_cast<double>(values.size()) * share))];
}

void Run(const std::string& pgbench) {
  Installation installation({.replicas = 1, .postgres = kDurable});
  installation.Start();
  const std::string floor_database = installation.postgres().CreateDatabase("build");
  const Floor floor = MeasureFloor(pgbench, floor_database);
  std::printf("floor: pgbench, durable commits of one row: %.0f/s of 64 connections\n",
              floor.commits);
  Load load(installation);
  std::vector<double> milliseconds;
  load.Send(0, kWarmUp, milliseconds);
  milliseconds.clear();
  // As the server does by itself within a minute.
  for (const char* service : {"project", "build"}) {
    const absl::Status analyzed =
        installation.Database(service).Autocommit([](pqxx::nontransaction& tx) {
          tx.exec0("ANALYZE");
          return absl::OkStatus();
        });
    if (!analyzed.ok()) std::exit(1);
  }
  std::vector<double> rates;
  for (int round = 1; round <= kRounds; ++round) {
    rates.push_back(kWebhooks / load.Send(round, kWebhooks, milliseconds));
    std::printf("  round %d: %.0f/s built, %.0f/s answered\n", round, rates.back(),
                kWebhooks / load.answered());
    std::fflush(stdout);
  }
  const double rate = At(rates, 0.5);
  std::printf(
      "webhook sent -> kept, answered and built, %d connections: %.0f/s, %.2f of the floor of %.0f "
      "commits each; answered after p50 %.1f ms, p99 %.1f ms\n",
      kConnections, rate, rate * kCommitsPerWebhook / floor.commits, kCommitsPerWebhook,
      At(milliseconds, 0.5), At(milliseconds, 0.99));
  for (const char* name : {"gateway", "project", "build"}) {
    std::printf("  processor time of %s: %.2f ms per webhook\n", name,
                1000 * installation.at(name).Cpu() / (kWarmUp + kRounds * kWebhooks));
  }
}

}  // namespace
}  // namespace kozmic::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: webhook_load PGBENCH\n");
    return 2;
  }
  kozmic::bench::Run(argv[1]);
  return 0;
}
