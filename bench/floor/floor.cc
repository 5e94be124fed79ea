#include "bench/floor/floor.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "pqxx/pqxx"

namespace kozmic::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kSeconds = 5;

std::string OutputOf(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof(buffer), pipe) != nullptr) output += buffer;
  if (pipe != nullptr && pclose(pipe) == 0) return output;
  std::fprintf(stderr, "%s\nfailed: %s\n", output.c_str(), command.c_str());
  std::exit(1);
}

// "tps = 1234.5 (without initial connection time)"
double CommitsPerSecond(const std::string& pgbench, const std::string& database, int connections) {
  const std::string output = OutputOf(absl::StrCat(
      "echo \"INSERT INTO floor (text) VALUES ('a row');\" | ", pgbench, " -n -M prepared -f - -c ",
      connections, " -j 2 -T ", kSeconds, " '", database, "' 2>&1"));
  const size_t at = output.find("tps = ");
  double tps = 0;
  if (at != std::string::npos) {
    absl::string_view number = absl::string_view(output).substr(at);
    absl::ConsumePrefix(&number, "tps = ");
    if (absl::SimpleAtod(number.substr(0, number.find(' ')), &tps) && tps > 0) return tps;
  }
  std::fprintf(stderr, "pgbench told no rate:\n%s\n", output.c_str());
  std::exit(1);
}

}  // namespace

Floor MeasureFloor(const std::string& pgbench, const std::string& database) {
  {
    pqxx::connection connection(database);
    pqxx::nontransaction(connection)
        .exec0(
            "CREATE TABLE floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)");
  }
  Floor floor;
  // One thread of pgbench for one connection: -j is cut to it.
  floor.latency = 1000 / CommitsPerSecond(pgbench, database, 1);
  floor.commits = CommitsPerSecond(pgbench, database, kConnections);
  return floor;
}

}  // namespace kozmic::bench
