#include "lib/github/conditional_list.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/http_server.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;

// A list that GitHub serves, and what reading it gave.
class ConditionalListTest : public ::testing::Test {
 protected:
  ConditionalListTest() {
    github_.server().Get("/list", [this](const httplib::Request& request,
                                         httplib::Response& answer) { Serve(request, answer); });
    github_.Start();
  }

  void Serve(const httplib::Request& request, httplib::Response& answer) {
    absl::MutexLock lock(&mutex_);
    const size_t page = request.has_param("page") ? std::stoul(request.get_param_value("page")) : 1;
    const size_t pages = std::max<size_t>(1, (list_.size() + kPageSize - 1) / kPageSize);
    nlohmann::json items = nlohmann::json::array();
    for (size_t i = (page - 1) * kPageSize + (short_pages_ ? 1 : 0);
         i < std::min(list_.size(), page * kPageSize); ++i) {
      items.push_back(list_[i]);
    }
    const std::string etag = absl::StrCat("W/\"", Sha256Hex(items.dump()).substr(0, 16), "\"");
    if (with_etags_) answer.set_header("ETag", etag);
    const bool unmodified = request.get_header_value("If-None-Match") == etag;
    if (page < pages && (links_on_304_ || !unmodified)) {
      const auto link = [&](const char* relation, size_t to) {
        return absl::StrCat("<", github_.url(), "/list?per_page=100&page=", to, ">; rel=\"",
                            relation, "\"");
      };
      answer.set_header("Link", absl::StrCat(link("next", page + 1), ", ", link("last", pages)));
    }
    log_.push_back(absl::StrCat(page, unmodified ? " unmodified" : ""));
    if (unmodified) {
      answer.status = 304;
    } else {
      answer.set_content(items.dump(), "application/json");
    }
  }

  void SetList(std::vector<int> list) {
    absl::MutexLock lock(&mutex_);
    list_ = std::move(list);
  }
  static std::vector<int> Numbers(int count) {
    std::vector<int> numbers;
    for (int i = 1; i <= count; ++i) numbers.push_back(i);
    return numbers;
  }

  // Reads what there is if it has changed since last time; false when it has not.
  bool Update() {
    {
      absl::MutexLock lock(&mutex_);
      log_.clear();
    }
    compared_.clear();
    std::vector<int> read;
    Session session(requester_, "t");
    const auto result = ReadListIfChanged(
        session, "/list?per_page=100", 10, etags_,
        [&](const Page& page) {
          for (const nlohmann::json& item : page.items) read.push_back(item.get<int>());
          return absl::OkStatus();
        },
        [&](int page) { compared_.push_back(page); });
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) return false;
    etags_ = result->etags;
    if (result->not_modified) {
      EXPECT_TRUE(read.empty());
      return false;
    }
    known_ = read;
    return true;
  }
  std::vector<std::string> log() {
    absl::MutexLock lock(&mutex_);
    return log_;
  }

  absl::Mutex mutex_;
  std::vector<int> list_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> log_ ABSL_GUARDED_BY(mutex_);
  // Set before requests.
  bool with_etags_ = true;
  bool links_on_304_ = true;
  // Leaves each page's first entry out, as GitHub does with what a token may not see.
  bool short_pages_ = false;
  TestHttpServer github_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  const Requester requester_{{.base_url = github_.url()}, clock_};
  std::vector<std::string> etags_;
  std::vector<int> known_;
  std::vector<int> compared_;
};

// K9
TEST_F(ConditionalListTest, AnUnchangedListIsNotReadAgain) {
  SetList(Numbers(250));
  EXPECT_TRUE(Update());
  EXPECT_EQ(known_, Numbers(250));
  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));

  EXPECT_FALSE(Update());
  EXPECT_THAT(log(), ElementsAre("1 unmodified", "2 unmodified", "3 unmodified"));
  EXPECT_THAT(compared_, ElementsAre(1, 2, 3));
}

TEST_F(ConditionalListTest, AnyChangeIsRead) {
  SetList(Numbers(250));
  EXPECT_TRUE(Update());
  std::vector<int> changed = Numbers(250);
  changed[220] = 1000;
  SetList(changed);
  EXPECT_TRUE(Update());
  EXPECT_EQ(known_, changed);
  EXPECT_THAT(log(), ElementsAre("1 unmodified", "2 unmodified", "3", "1", "2", "3"));

  // The first page is not asked for twice.
  changed[0] = 2000;
  SetList(changed);
  EXPECT_TRUE(Update());
  EXPECT_EQ(known_, changed);
  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

TEST_F(ConditionalListTest, AnEmptyListIsAList) {
  EXPECT_TRUE(Update());
  EXPECT_FALSE(Update());
  EXPECT_THAT(log(), ElementsAre("1 unmodified"));
}

TEST_F(ConditionalListTest, WhatComesAfterAFullLastPageIsSeen) {
  for (const bool links_on_304 : {true, false}) {
    links_on_304_ = links_on_304;
    SetList(Numbers(200));
    etags_.clear();
    EXPECT_TRUE(Update());
    EXPECT_FALSE(Update());
    EXPECT_THAT(log(), ElementsAre("1 unmodified", "2 unmodified", "3"));
    SetList(Numbers(201));
    EXPECT_TRUE(Update());
    EXPECT_EQ(known_, Numbers(201));
  }
}

TEST_F(ConditionalListTest, WhatComesAfterAShortLastPageIsSeen) {
  short_pages_ = true;
  SetList(Numbers(100));
  EXPECT_TRUE(Update());
  EXPECT_EQ(etags_.size(), 1u);
  EXPECT_FALSE(Update());
  SetList(Numbers(102));
  EXPECT_TRUE(Update());
  EXPECT_EQ(known_.size(), 100u);
}

TEST_F(ConditionalListTest, WithoutETagsAllIsRead) {
  with_etags_ = false;
  SetList(Numbers(150));
  EXPECT_TRUE(Update());
  EXPECT_TRUE(Update());
  EXPECT_EQ(known_, Numbers(150));
  EXPECT_THAT(log(), ElementsAre("1", "2"));
}

// After each update what is known is what there is, in any order of changes.
TEST_F(ConditionalListTest, NeverMissesAChange) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    links_on_304_ = random() % 2 == 0;
    // Around where pages end.
    std::vector<int> list = Numbers(static_cast<int>(random() % 4 * 100 + random() % 3));
    etags_.clear();
    for (int step = 0; step < 8; ++step) {
      SetList(list);
      Update();
      ASSERT_EQ(known_, list) << "seed " << seed << ", step " << step;
      const auto any = [&] { return static_cast<ptrdiff_t>(random() % (list.size() + 1)); };
      switch (random() % 4) {
        case 0:
          list.insert(list.begin() + any(), static_cast<int>(random() % 100000));
          break;
        case 1:
          if (const auto at = any(); at < static_cast<ptrdiff_t>(list.size())) {
            list.erase(list.begin() + at);
          }
          break;
        case 2:
          list.push_back(static_cast<int>(random() % 100000));
          break;
        default:
          break;
      }
    }
  }
}

}  // namespace
}  // namespace kozmic::github
