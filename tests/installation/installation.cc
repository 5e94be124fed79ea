#include "tests/installation/installation.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "httplib.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/free_port.h"

namespace kozmic {
namespace {

constexpr char kServiceKey[] = "the service key of an installation under test";
constexpr char kSecretKey[] = "the secret key of an installation under test!";
constexpr char kRunnerToken[] = "the runner token of an installation under test";
constexpr absl::Duration kStartTime = absl::Seconds(60);
constexpr absl::Duration kAskAgain = absl::Milliseconds(20);

const std::vector<std::string>& WithDatabase() {
  static const auto& services =
      *new std::vector<std::string>{"auth", "project", "build", "logstream"};
  return services;
}

// Kept by Bazel when there is one to keep it.
std::string MakeFolder() {
  const char* kept = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  std::string pattern = absl::StrCat(kept == nullptr ? "/tmp" : kept, "/installation-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {
    std::perror(pattern.c_str());
    std::exit(1);
  }
  return pattern;
}

// The least page that the gateway serves.
std::string MakePage(const std::string& folder) {
  const std::string page = folder + "/page";
  std::filesystem::create_directory(page);
  std::ofstream(page + "/index.html") << "<!doctype html><title>Kozmic</title>";
  return page;
}

std::string ProgramOf(const std::string& service) {
  return service == "gateway" ? "gateway/gateway"
                              : absl::StrCat("services/", service, "/", service);
}

}  // namespace

Installation::Installation(const Options& options)
    : options_(options), folder_(MakeFolder()), postgres_(options.postgres) {
  for (const std::string& service : WithDatabase()) {
    databases_[service] = postgres_.CreateDatabase(service);
    pools_[service] = std::make_unique<PostgresPool>(
        PostgresPool::Options{.url = databases_[service], .size = 4});
  }
  const std::map<std::string, int> replicas = {{"auth", 1},
                                               {"project", options.replicas},
                                               {"build", options.replicas},
                                               {"logstream", 1},
                                               {"gateway", 1}};
  for (const auto& [service, count] : replicas) {
    std::vector<std::string> listens;
    for (int i = 0; i < count; ++i) listens.push_back(absl::StrCat("127.0.0.1:", FreePort()));
    addresses_[service] = absl::StrCat("ipv4:", absl::StrJoin(listens, ","));
    for (int i = 0; i < count; ++i) {
      listens_[count == 1 ? service : absl::StrCat(service, "-", i + 1)] = listens[i];
    }
  }
  gateway_ = listens_.at("gateway");
  MakePage(folder_);
  for (const auto& [name, listen] : listens_) Add(name.substr(0, name.find('-')), name, listen);
}

void Installation::Add(const std::string& service, const std::string& name,
                       const std::string& listen) {
  processes_[name] =
      std::make_unique<Process>(name, ProgramOf(service), EnvironmentOf(service, listen), folder_);
}

Process::Environment Installation::EnvironmentOf(const std::string& service,
                                                 const std::string& listen) const {
  Process::Environment environment = {
      {"KOZMIC_LISTEN", listen},
      {"KOZMIC_SERVICE_KEY", kServiceKey},
      {"KOZMIC_LOG_LEVEL", "info"},
      {"KOZMIC_AUTH_ADDRESS", addresses_.at("auth")},
  };
  if (databases_.count(service) > 0) {
    environment["KOZMIC_DATABASE_URL"] = databases_.at(service);
  }
  if (service != "logstream") environment["KOZMIC_PUBLIC_URL"] = gateway_url();
  if (service == "auth" || service == "project") {
    environment["KOZMIC_GITHUB_WEB_URL"] = github_.web_url();
    environment["KOZMIC_GITHUB_API_URL"] = github_.api_url();
  }
  if (service == "auth" || service == "project" || service == "build") {
    environment["KOZMIC_SECRET_KEY"] = kSecretKey;
  }
  if (service == "auth") {
    environment.erase("KOZMIC_AUTH_ADDRESS");
    environment["KOZMIC_GITHUB_CLIENT_ID"] = "kozmic-demo";
    environment["KOZMIC_GITHUB_CLIENT_SECRET"] = "kozmic-demo-secret";
  }
  if (service == "project") {
    environment["KOZMIC_RECONCILE_INTERVAL"] = absl::FormatDuration(options_.reconcile_interval);
    environment["KOZMIC_BUILD_ADDRESS"] = addresses_.at("build");
  }
  if (service == "build") {
    environment["KOZMIC_RUNNER_TOKEN"] = kRunnerToken;
    environment["KOZMIC_PROJECT_ADDRESS"] = addresses_.at("project");
    environment["KOZMIC_LOGSTREAM_ADDRESS"] = addresses_.at("logstream");
  }
  if (service == "logstream") environment["KOZMIC_REDIS_URL"] = redis_.Url();
  if (service == "gateway") {
    environment["KOZMIC_STATIC_DIR"] = folder_ + "/page";
    environment["KOZMIC_PROJECT_ADDRESS"] = addresses_.at("project");
    environment["KOZMIC_BUILD_ADDRESS"] = addresses_.at("build");
    environment["KOZMIC_LOGSTREAM_ADDRESS"] = addresses_.at("logstream");
  }
  return environment;
}

void Installation::Start() {
  for (const auto& [name, process] : processes_) process->Start();
  for (const auto& [name, process] : processes_) AwaitServing(name);
}

void Installation::StartAgain(const std::string& name) {
  at(name).Start();
  AwaitServing(name);
}

void Installation::KillAndRestart(const std::string& victim, absl::Duration down) {
  if (victim == "postgres") {
    postgres_.Crash();
    absl::SleepFor(down);
    postgres_.Start();
  } else if (victim == "redis") {
    redis_.Kill();
    absl::SleepFor(down);
    redis_.Start();
  } else {
    at(victim).Kill();
    absl::SleepFor(down);
    StartAgain(victim);
  }
}

void Installation::AwaitServing(const std::string& name) {
  const absl::Time deadline = absl::Now() + kStartTime;
  const std::string& listen = listens_.at(name);
  bool serves = false;
  if (name == "gateway") {
    httplib::Client client("http://" + listen);
    client.set_read_timeout(1);
    while (!serves && absl::Now() < deadline) {
      const httplib::Result answer = client.Get("/");
      serves = answer && answer->status == 200;
      if (!serves) absl::SleepFor(kAskAgain);
    }
  } else {
    serves = MakeChannel(listen)->WaitForConnected(absl::ToChronoTime(deadline));
  }
  if (!serves) {
    std::fprintf(stderr, "%s does not serve; see %s/%s.log\n", name.c_str(), folder_.c_str(),
                 name.c_str());
    std::exit(1);
  }
}

std::string Installation::RunnerToken() { return kRunnerToken; }

std::string Installation::LogToken(const std::string& log) {
  return CapabilityToken(kServiceKey, "log-write", log);
}

std::string Installation::ServiceTokenOf(const std::string& service) {
  return ServiceToken(kServiceKey, service);
}

int64_t Installation::Number(const std::string& service, const std::string& query) {
  int64_t number = 0;
  const absl::Status status = Database(service).Autocommit([&](pqxx::nontransaction& tx) {
    number = tx.exec1(query)[0].as<int64_t>();
    return absl::OkStatus();
  });
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", query.c_str(), status.ToString().c_str());
    std::exit(1);
  }
  return number;
}

}  // namespace kozmic
