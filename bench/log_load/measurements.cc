#include "bench/log_load/measurements.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/log_load/text.h"
#include "bench/log_load/viewers.h"
#include "bench/report/report.h"
#include "httplib.h"
#include "lib/base/json.h"
#include "pqxx/pqxx"

namespace kozmic::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr int64_t kFlood = 200'000'000;
constexpr int64_t kGigabyte = 1'000'000'000;
constexpr int kOpened = 200;
constexpr size_t kPieceBytes = 1 << 20;

double Seconds(absl::Duration time) { return absl::ToDoubleSeconds(time); }

std::pair<std::string, int> HostOf(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port)) Die("no port in " + address);
  return {address.substr(0, colon), port};
}

// The most memory that a process has while this is there, in MB.
class MemoryWatch {
 public:
  explicit MemoryWatch(const Process& process)
      : thread_([this, &process](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            most_ = std::max(most_.load(), process.MemoryKb());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}
  double Most() {
    thread_ = {};
    return static_cast<double>(most_.load()) / 1024;
  }

 private:
  std::atomic<long> most_ = 0;
  std::jthread thread_;
};

void MeasureViewers(Stage& stage, size_t count, int lines, absl::Duration pause, double asked) {
  const std::string log = stage.NewLog();
  const auto writer = stage.Writer(log);
  const auto [host, port] = HostOf(stage.installation().gateway());
  Process& gateway = stage.installation().at("gateway");
  const double before = static_cast<double>(gateway.MemoryKb()) / 1024;
  Viewers viewers(host, port, absl::StrCat("/api/v1/stream?log=", log, "@0"),
                  absl::StrCat("Cookie: ", stage.octo().CookieHeader(), "\r\n"), count);
  for (int i = 0; i < lines / 10; ++i) {
    writer->Write(absl::StrCat(Viewers::Now(), "\n"));
    absl::SleepFor(pause);
  }
  if (!viewers.Await(lines / 10, kPatience)) Die("lines did not come");
  viewers.Take();
  for (int i = 0; i < lines; ++i) {
    writer->Write(absl::StrCat(Viewers::Now(), "\n"));
    absl::SleepFor(pause);
  }
  if (!viewers.Await(lines, kPatience)) Die("lines did not come");
  const Samples samples = viewers.Take();
  Row(absl::StrCat("line written -> seen, ", count, " viewers, a line each ",
                   absl::FormatDuration(pause)),
      samples);
  Verdict("  p99", samples.p99(), "<=", asked, "ms");
  const double after = static_cast<double>(gateway.MemoryKb()) / 1024;
  if (count >= 10'000) Verdict("  memory of the gateway", after, "<", 64, "MB");
  std::printf("  the gateway had %.1f MB before\n", before);
}

// A server that has run for a while has files for what it will write next; a new one makes them.
void Checkpoint(Stage& stage) {
  const absl::Status status =
      stage.installation().Database("logstream").Autocommit([](pqxx::nontransaction& tx) {
        tx.exec0("CHECKPOINT");
        return absl::OkStatus();
      });
  if (!status.ok()) Die(status.ToString());
}

// What COPY takes for the same lines, into a table of their own, on the same server.
double CopySeconds(Stage& stage, const std::string& lines) {
  const std::string url = stage.installation().postgres().CreateDatabase("logstream");
  pqxx::connection connection(url);
  pqxx::work tx(connection);
  tx.exec0("CREATE TABLE copied (line text)");
  Checkpoint(stage);
  const absl::Time begin = absl::Now();
  pqxx::stream_to stream(tx, "copied");
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    stream << std::make_tuple(lines.substr(at, end - at));
    at = end + 1;
  }
  stream.complete();
  tx.commit();
  return Seconds(absl::Now() - begin);
}

void MeasureFlood(Stage& stage, const std::string& kind, const std::string& lines) {
  const double copy = CopySeconds(stage, lines);
  Samples whole;
  Samples cpu;
  double logstream_mb = 0;
  double gateway_mb = 0;
  for (int round = 0; round < 3; ++round) {
    Checkpoint(stage);
    const auto writer = stage.Writer(stage.NewLog());
    MemoryWatch logstream(stage.installation().at("logstream"));
    MemoryWatch gateway(stage.installation().at("gateway"));
    const double cpu_before = stage.installation().at("logstream").Cpu();
    const absl::Time begin = absl::Now();
    for (size_t at = 0; at < lines.size(); at += kPieceBytes) {
      writer->Write(absl::string_view(lines).substr(at, kPieceBytes));
    }
    writer->Seal();
    whole.Add(Seconds(absl::Now() - begin));
    cpu.Add(stage.installation().at("logstream").Cpu() - cpu_before);
    logstream_mb = std::max(logstream_mb, logstream.Most());
    gateway_mb = std::max(gateway_mb, gateway.Most());
  }
  Row(absl::StrCat("200 MB of ", kind, " lines: written -> stored and sealed"), whole, "s");
  Verdict("  that", whole.p50(), "<=", 2, "s");
  Row("  processor time of logstream", cpu, "s");
  Verdict("  memory of logstream", logstream_mb, "<", 50, "MB");
  Verdict("  memory of the gateway", gateway_mb, "<", 50, "MB");
  std::printf("  COPY of the same lines: %.2f s; ratio %.2f\n", copy, whole.p50() / copy);
  std::fflush(stdout);
}

std::vector<double> Gets(Stage& stage, const std::vector<std::string>& paths,
                         const std::vector<std::string>& ranges) {
  httplib::Client client("http://" + stage.installation().gateway());
  client.set_keep_alive(true);
  client.set_read_timeout(60);
  std::vector<double> times;
  for (size_t i = 0; i < paths.size(); ++i) {
    httplib::Headers headers = {{"Cookie", stage.octo().CookieHeader()}};
    if (!ranges.empty()) headers.emplace("Range", ranges[i]);
    const absl::Time begin = absl::Now();
    const auto result = client.Get(paths[i], headers);
    if (!result || (result->status != 200 && result->status != 206)) {
      Die(absl::StrCat("GET ", paths[i], " was answered ", result ? result->status : 0));
    }
    times.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  return times;
}

}  // namespace

void MeasureViewers(Stage& stage) {
  Headline("a line that a script writes, until viewers have it");
  MeasureViewers(stage, 1, 500, absl::Milliseconds(10), 20);
  MeasureViewers(stage, 500, 200, absl::Milliseconds(50), 25);
  MeasureViewers(stage, 10'000, 20, absl::Milliseconds(500), 250);
}

void MeasureFlood(Stage& stage) {
  Headline("a script that prints 200 MB in lines of 80 bytes");
  MeasureFlood(stage, "repetitive", RepetitiveLines(kFlood));
  MeasureFlood(stage, "random", RandomLines(kFlood, 1));
}

void MeasureLines(Stage& stage) {
  Headline("any line of a log of 1 GB");
  const std::string log = stage.NewLog();
  const auto writer = stage.Writer(log);
  const std::string lines = RandomLines(kGigabyte / 50, 2);
  int64_t count = 0;
  while (writer->size() < kGigabyte) {
    writer->Write(lines);
    count += std::count(lines.begin(), lines.end(), '\n');
  }
  writer->Seal();
  std::mt19937_64 random(3);
  std::vector<std::string> paths, ranges;
  for (int i = 0; i < kOpened; ++i) {
    paths.push_back(
        absl::StrCat(Stage::PathOf(log), "&line=", 1 + random() % static_cast<uint64_t>(count)));
    ranges.push_back("bytes=0-65535");
  }
  Samples opened;
  for (const double time : Gets(stage, paths, ranges)) opened.Add(time);
  Row("64 KB from a line on", opened);
  Verdict("  p99", opened.p99(), "<", 200, "ms");
}

void MeasureSearch(Stage& stage, int gigabytes) {
  Headline(absl::StrCat("words in ", gigabytes, " GB of logs"));
  const int64_t each = 100'000'000;
  const absl::Time begin = absl::Now();
  std::string rare;
  for (int i = 0; i < gigabytes * 10; ++i) {
    const auto writer = stage.Writer(stage.NewLog());
    std::string lines = LogLines(each, static_cast<uint32_t>(i));
    if (i == gigabytes * 4) {
      rare = "xylophone_quorum";
      lines.insert(lines.find('\n', lines.size() / 2) + 1, "panic: xylophone_quorum lost\n");
    }
    writer->Write(lines);
    writer->Seal();
  }
  const absl::Time written = absl::Now();
  const auto left = [&] {
    return stage.installation().Number("logstream",
                                       "SELECT coalesce(sum(size - indexed), 0)::bigint FROM logs");
  };
  while (left() > 2 * (256 << 10)) {
    if (absl::Now() - written > absl::Minutes(10)) Die("the index does not come to its end");
    absl::SleepFor(absl::Milliseconds(200));
  }
  const double bytes = static_cast<double>(gigabytes) * 1e9;
  const auto size_of = [&](const std::string& table) {
    return static_cast<double>(stage.installation().Number(
        "logstream", absl::StrCat("SELECT pg_total_relation_size('", table, "')")));
  };
  const double index =
      size_of("search_groups") + size_of("search_blocks") + size_of("search_pieces");
  std::printf(
      "  written in %.0f s, indexed %.0f s later; the index is %.1f %% of the logs' bytes, "
      "%.0f %% of what they take stored (%.0f MB); processor time of logstream: %.0f s\n",
      Seconds(written - begin), Seconds(absl::Now() - written), 100 * index / bytes,
      100 * index / size_of("chunks"), size_of("chunks") / 1e6,
      stage.installation().at("logstream").Cpu());
  const auto measure = [&](const std::string& what, const std::string& query, double asked) {
    const std::string path =
        absl::StrCat("/api/v1/projects/", stage.project(), "/logs/search?limit=100&", query);
    Samples samples;
    for (const double time : Gets(stage, std::vector<std::string>(20, path), {})) samples.Add(time);
    Row(what, samples);
    if (asked > 0) Verdict("  p95", samples.p95(), "<", asked, "ms");
  };
  measure("a word on one line", "q=" + rare, 1000);
  measure("a word on no line", "q=absent_everywhere", 1000);
  measure("an expression that is on one line", "regex=true&q=panic:%20xylo.*lost", 1000);
  measure("the first 100 lines with a common word", "q=warning", 0);
}

}  // namespace kozmic::bench
