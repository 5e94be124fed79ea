#include "tests/faults/row.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"

namespace kozmic::faults {
namespace {

// 0 when there is none.
int FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

std::vector<int> Row::Seeds() {
  if (const int seed = FromEnvironment("KOZMIC_FAULT_SEED"); seed > 0) return {seed};
  const int repetitions = FromEnvironment("KOZMIC_FAULT_REPETITIONS");
  std::vector<int> seeds;
  for (int seed = 1; seed <= (repetitions > 0 ? repetitions : 2); ++seed) seeds.push_back(seed);
  return seeds;
}

void Row::ExpectKept(const std::vector<WebhookSender::Sent>& all) {
  std::vector<std::string> guids;
  for (const auto& sent : all) {
    if (sent.status == 200) guids.push_back(sent.guid);
  }
  EXPECT_FALSE(guids.empty());
  const auto count = [&](const std::string& condition) {
    int64_t number = -1;
    const absl::Status status =
        installation_.Database("project").Autocommit([&](pqxx::nontransaction& tx) {
          number = tx.exec_params1(absl::StrCat("SELECT count(*) FROM deliveries WHERE guid = "
                                                "ANY($1::text[])",
                                                condition),
                                   ToArray(guids))[0]
                       .as<int64_t>();
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return number;
  };
  EXPECT_EQ(count(""), static_cast<int64_t>(guids.size())) << "acknowledged and lost";
  EXPECT_TRUE(Within(absl::Seconds(60), [&] { return count(" AND state = 1") == 0; }));
}

}  // namespace kozmic::faults
