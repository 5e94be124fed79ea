#include "lib/github/pages.h"

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/github/fields.h"
#include "lib/testing/http_server.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Item {
  int64_t id;
};

absl::StatusOr<Item> ReadItem(const nlohmann::json& json) {
  Fields fields(json);
  const Item item{.id = fields.Id("id")};
  const absl::Status status = fields.status();
  if (!status.ok()) return status;
  return item;
}

class PagesTest : public ::testing::Test {
 protected:
  // Answers page n (1 without a "page") of /list as `serve` says.
  void Serve(const std::function<void(int page, httplib::Response&)>& serve) {
    github_.server().Get(
        "/api/list", [this, serve](const httplib::Request& request, httplib::Response& answer) {
          ++asked_;
          serve(request.has_param("page") ? std::stoi(request.get_param_value("page")) : 1, answer);
        });
    github_.Start();
  }
  std::string Link(const std::string& relation, int page) const {
    return absl::StrCat("<", github_.url(), "/api/list?page=", page, ">; rel=\"", relation, "\"");
  }
  static std::string Items(const std::vector<int>& ids) {
    nlohmann::json items = nlohmann::json::array();
    for (const int id : ids) items.push_back({{"id", id}});
    return items.dump();
  }

  absl::StatusOr<std::vector<int64_t>> Read(int most_pages = 10) {
    const auto items = ReadList(session_, "/list", most_pages, &ReadItem, &Item::id);
    if (!items.ok()) return items.status();
    std::vector<int64_t> ids;
    for (const Item& item : *items) ids.push_back(item.id);
    return ids;
  }

  TestHttpServer github_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  const Requester requester_{{.base_url = github_.url() + "/api"}, clock_};
  Session session_{requester_, "t"};
  std::atomic<int> asked_{0};
};

TEST_F(PagesTest, FollowsLinksToTheEnd) {
  Serve([&](int page, httplib::Response& answer) {
    if (page < 3)
      answer.set_header("Link", absl::StrCat(Link("next", page + 1), ", ", Link("last", 3)));
    answer.set_content(Items({page * 10, page * 10 + 1}), "application/json");
  });
  EXPECT_THAT(*Read(3), ElementsAre(10, 11, 20, 21, 30, 31));
  EXPECT_EQ(asked_, 3);
}

TEST_F(PagesTest, TellsWhichPageOfHowMany) {
  Serve([&](int page, httplib::Response& answer) {
    if (page == 1) answer.set_header("Link", Link("next", 2));
    if (page == 2) answer.set_header("Link", absl::StrCat(Link("last", 3), ", ", Link("next", 3)));
    answer.set_content("[]", "application/json");
  });
  std::vector<std::string> told;
  EXPECT_TRUE(ReadPages(session_, "/list", 10, [&](const Page& page) {
                told.push_back(absl::StrCat(page.number, "/", page.total));
                return absl::OkStatus();
              }).ok());
  EXPECT_THAT(told, ElementsAre("1/0", "2/3", "3/3"));
}

TEST_F(PagesTest, AnItemThatMovesToTheNextPageIsKeptOnce) {
  Serve([&](int page, httplib::Response& answer) {
    if (page == 1) answer.set_header("Link", Link("next", 2));
    answer.set_content(page == 1 ? Items({1, 2, 3}) : Items({3, 4}), "application/json");
  });
  EXPECT_THAT(*Read(), ElementsAre(1, 2, 3, 4));
}

TEST_F(PagesTest, AFailingPageFailsTheList) {
  Serve([&](int page, httplib::Response& answer) {
    if (page == 3) answer.status = 404;
    answer.set_header("Link", Link("next", page + 1));
    answer.set_content(Items({page}), "application/json");
  });
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(asked_, 3);
}

TEST_F(PagesTest, OneOddItemSpoilsTheList) {
  std::string second;
  Serve([&](int page, httplib::Response& answer) {
    if (page == 1) answer.set_header("Link", Link("next", 2));
    answer.set_content(page == 1 ? Items({1}) : second, "application/json");
  });
  for (const char* page :
       {R"([{"id":2},{}])", R"([{"id":"2"}])", R"([{"id":0}])", R"([{"id":null}])", R"([7])",
        R"({"id":2})", "null", R"([{"id":9223372036854775808}])"}) {
    second = page;
    EXPECT_EQ(Read().status().code(), absl::StatusCode::kUnavailable) << page;
  }
  second = "[]";
  EXPECT_THAT(*Read(), ElementsAre(1));
}

// Bad input 76: pagination loop, foreign link.
TEST_F(PagesTest, ALinkThatLeadsElsewhereIsNotFollowed) {
  std::string link;
  Serve([&](int, httplib::Response& answer) {
    answer.set_header("Link", link);
    answer.set_content("[]", "application/json");
  });
  const std::string url = github_.url();
  for (const std::string& to :
       {std::string("http://localhost:1/api/list?page=2"), url + "0/api/list?page=2",
        url + "@localhost/api/list?page=2", url + "/other/list?page=2",
        std::string("//localhost/x"), std::string("/api/list?page=2"), url + "/api",
        url + "/api/list?page=2 x"}) {
    link = absl::StrCat("<", to, ">; rel=\"next\"");
    asked_ = 0;
    const absl::Status status = Read().status();
    EXPECT_FALSE(status.ok()) << to;
    EXPECT_EQ(asked_, 1) << to;
  }
  link = "next: page 2";
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Read().status().message(), HasSubstr("not as documented"));
}

TEST_F(PagesTest, PagesInCirclesAreLeft) {
  int back_to = 0;
  Serve([&](int page, httplib::Response& answer) {
    answer.set_header("Link", Link("next", page < 4 ? page + 1 : back_to));
    answer.set_content(Items({page}), "application/json");
  });
  for (const int page : {2, 3, 4}) {
    back_to = page;
    asked_ = 0;
    EXPECT_EQ(Read().status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(asked_, 4);
  }
}

TEST_F(PagesTest, PagesWithoutEndAreLeft) {
  Serve([&](int page, httplib::Response& answer) {
    answer.set_header("Link", Link("next", page + 1));
    answer.set_content(Items({page}), "application/json");
  });
  const absl::Status status = Read(10).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("10 pages"));
  EXPECT_EQ(asked_, 10);
}

TEST_F(PagesTest, AListThatSaysItIsTooLongIsNotBegun) {
  Serve([&](int page, httplib::Response& answer) {
    answer.set_header("Link", absl::StrCat(Link("next", page + 1), ", ", Link("last", 11)));
    answer.set_content(Items({page}), "application/json");
  });
  EXPECT_EQ(Read(10).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(asked_, 1);
}

}  // namespace
}  // namespace kozmic::github
