#include "lib/process/process.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/log.h"
#include "lib/metrics/metrics_server.h"
#include "lib/process/version.h"
#include "lib/rpc/tls.h"
#include "lib/trace/exporter.h"

namespace kozmic {
namespace {

constexpr int kExitConfig = 78;

sigset_t TerminationSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Each viewer and each connection is a file; the soft limit is for programs that use select().
void AllowManyFiles() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// Buffers that are freed serve the next one who needs one, instead of going back to the system,
// whose pages cost more to get than to fill; and threads share them, instead of keeping some each.
void KeepBuffers() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

// `out` stays null where nobody is to be told.
absl::Status StartMetrics(ConfigReader& config, bool only_check,
                          std::unique_ptr<MetricsServer>* out) {
  std::string listen;
  config.Text("metrics_listen", &listen,
              {.help = "host:port at which Prometheus gets metrics (/metrics); nowhere unless it "
                       "is set",
               .fallback = ""});
  if (listen.empty() || only_check) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<MetricsServer>> server = MetricsServer::Start(listen);
  if (!server.ok()) return server.status();
  *out = *std::move(server);
  return absl::OkStatus();
}

// `out` stays null where nobody collects traces.
absl::Status StartTraces(ConfigReader& config, bool only_check, absl::string_view name,
                         std::unique_ptr<TraceExporter>* out) {
  std::string endpoint;
  config.Text("trace_endpoint", &endpoint,
              {.help = "http(s)://host:port of a collector of traces that speaks OpenTelemetry's "
                       "protocol over HTTP; none unless it is set",
               .fallback = ""});
  if (endpoint.empty()) return absl::OkStatus();
  if (!absl::StartsWith(endpoint, "http://") && !absl::StartsWith(endpoint, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("trace_endpoint: \"", endpoint, "\" must begin with http:// or https://"));
  }
  if (only_check) return absl::OkStatus();
  const absl::string_view base = absl::StripSuffix(endpoint, "/");
  *out = std::make_unique<TraceExporter>(
      TraceExporter::Options{.endpoint = std::string(base), .service = std::string(name)});
  return absl::OkStatus();
}

// As a row of a table in Markdown.
void PrintSetting(const ConfigReader::Declared& key) {
  const std::string fallback =
      !key.fallback ? "*needed*"
                    : (key.fallback->empty() ? "" : absl::StrCat("`", *key.fallback, "`"));
  const std::string help = absl::StrReplaceAll(key.help, {{"|", "\\|"}});
  std::printf("| `%s` | `%s` | %s | %s | %s |\n", key.name.c_str(), key.variable.c_str(),
              key.type.c_str(), fallback.c_str(), help.c_str());
}

}  // namespace

int RunProcess(int argc, char** argv, absl::string_view name,
               const std::function<absl::Status(ConfigReader& config)>& serve) {
  const sigset_t signals = TerminationSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  AllowManyFiles();
  KeepBuffers();
  ConfigureLog(name, Severity::kInfo);
  // Debian's Abseil looks at every lock for cycles, and aborts on one. That is for tests.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  std::string path;
  bool check = false;
  bool describe = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--version") {
      std::printf("%s\n", kVersion);
      return 0;
    }
    if (argument == "--config" && i + 1 < argc) {
      path = argv[++i];
      continue;
    }
    if (argument == "--check-config") {
      check = true;
      continue;
    }
    if (argument == "--describe-config") {
      describe = true;
      continue;
    }
    std::fprintf(stderr,
                 "usage: %s [--config FILE] [--check-config | --describe-config] [--version]\n",
                 argv[0]);
    return 64;
  }

  absl::StatusOr<ConfigReader> config =
      ConfigReader::Load(path, ConfigReader::ProcessEnvironment());
  std::unique_ptr<MetricsServer> metrics;
  std::unique_ptr<TraceExporter> traces;
  absl::Status status = config.status();
  if (status.ok()) {
    if (check || describe) config->OnlyCheck();
    status = StartMetrics(*config, check || describe, &metrics);
  }
  RpcTls tls;
  if (status.ok()) status = ReadRpcTls(*config, &tls);
  if (status.ok()) UseRpcTls(tls);
  if (status.ok()) status = StartTraces(*config, check || describe, name, &traces);
  if (status.ok()) status = serve(*config);
  if (describe && config.ok()) {
    for (const ConfigReader::Declared& key : config->declared()) PrintSetting(key);
    return 0;
  }
  if (check) {
    const bool good = absl::IsCancelled(status);
    std::fprintf(good ? stdout : stderr, "%s\n", std::string(status.message()).c_str());
    return good ? 0 : kExitConfig;
  }
  if (status.ok()) {
    Log(Severity::kInfo, "ended");
    return 0;
  }
  Log(Severity::kError, "cannot go on", {{"error", status}});
  return absl::IsInvalidArgument(status) ? kExitConfig : 1;
}

void WaitForTermination() {
  const sigset_t signals = TerminationSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(Severity::kInfo, "ending", {{"signal", signal}});
}

void RequestTermination() { kill(getpid(), SIGTERM); }

void ReadLogLevel(ConfigReader& config, absl::string_view service) {
  std::string level = "info";
  config.Choice("log_level", &level, {.help = "lowest severity written", .fallback = "info"},
                {"debug", "info", "warning", "error"});
  const Severity lowest = level == "debug"     ? Severity::kDebug
                          : level == "info"    ? Severity::kInfo
                          : level == "warning" ? Severity::kWarning
                                               : Severity::kError;
  ConfigureLog(service, lowest);
}

}  // namespace kozmic
