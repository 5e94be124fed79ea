#include "tests/faults/row.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"

namespace kozmic::faults {
namespace {}  // namespace

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
