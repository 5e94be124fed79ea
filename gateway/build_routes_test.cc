#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::Eventually;
using http::StatusOf;
using nlohmann::json;

using BuildRoutesTest = GatewayTest;

TEST_F(BuildRoutesTest, IdsThatAreNoneAre404) {
  builds_.Put(1, build::v1::STATE_PENDING);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1")), 200);
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x", "1%20"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/1/jobs/", id, "/log"))), 404)
        << id;
  }
}

TEST_F(BuildRoutesTest, BuildsComeInPages) {
  for (int i = 1; i <= 5; ++i) builds_.Put(i, build::v1::STATE_SUCCESS);
  const json first = Json(Get("/api/v1/projects/1/builds?limit=2"));
  EXPECT_EQ(first["builds"][0]["number"], 5);
  EXPECT_EQ(first["next_before"], 4);
  const json last = Json(Get("/api/v1/projects/1/builds?limit=3&before=4"));
  EXPECT_EQ(last["builds"].size(), 3U);
  EXPECT_EQ(last["next_before"], nullptr);
  for (const char* query :
       {"limit=0", "limit=101", "limit=x", "before=0", "before=-1", "ref=%ff", "status=fine",
        "status=success,x", "q=%ff", "branch=%ff", "author=%ff"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds?", query))), 400) << query;
  }
}

TEST_F(BuildRoutesTest, BuildsAreFiltered) {
  builds_.Put(1, build::v1::STATE_SUCCESS);
  builds_.Put(2, build::v1::STATE_FAILURE);
  builds_.Put(3, build::v1::STATE_ERROR);
  const auto numbers = [&](const std::string& query) {
    std::vector<int> found;
    const json page = Json(Get("/api/v1/projects/1/builds?limit=9&" + query));
    for (const json& build : page["builds"]) found.push_back(build["number"]);
    return found;
  };
  EXPECT_EQ(numbers("status=failure"), (std::vector<int>{2}));
  EXPECT_EQ(numbers("status=error,success"), (std::vector<int>{3, 1}));
  EXPECT_EQ(numbers("q=no+such+message"), (std::vector<int>{}));
}

TEST_F(BuildRoutesTest, SearchesForTextHaveACap) {
  builds_.Put(1, build::v1::STATE_SUCCESS);
  std::atomic<int> shown = 0, refused = 0;
  std::vector<std::thread> readers;
  // Who gets a place stays there meanwhile.
  builds_.Edit(1, 1, [&](build::v1::Build&) {
    for (int i = 0; i < 6; ++i) {
      readers.emplace_back([&] {
        const std::string answer = Get("/api/v1/projects/1/builds?limit=5&author=ada");
        if (StatusOf(answer) == 200) ++shown;
        if (Json(answer).value("code", "") == "too_many_searches") ++refused;
      });
    }
    EXPECT_TRUE(Eventually([&] { return refused == 4; })) << refused;
  });
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(shown, 2);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds?limit=5&author=ada")), 200)
      << "places are free again";
}

}  // namespace
}  // namespace kozmic::gateway
