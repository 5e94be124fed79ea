// The index and the search in it, on a real PostgreSQL.

#include "services/logstream/search/log_search.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/testing/postgres.h"
#include "services/logstream/limits.h"
#include "services/logstream/search/log_indexer.h"
#include "services/logstream/store/postgres_log_store.h"

namespace kozmic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogSearchTest : public ::testing::Test {
 protected:
  void Append(const std::string& name, const std::string& bytes) {
    std::string& log = logs_[name];
    for (size_t at = 0; at < bytes.size(); at += kChunkBytes) {
      const std::string chunk = bytes.substr(at, kChunkBytes);
      const auto appended = store_.Append(name, static_cast<int64_t>(log.size()), chunk, {});
      ASSERT_TRUE(appended.ok() && appended->done) << appended.status();
      log += chunk;
    }
  }
  void Seal(const std::string& name) { ASSERT_TRUE(store_.Seal(name, {}).ok()); }
  void Index(const std::string& project = "logs/1") {
    const absl::Status status = LogIndexer::Index(store_, index_, project, stopping_);
    ASSERT_TRUE(status.ok()) << status;
  }
  // All pages, as "log:line:text".
  std::vector<std::string> Search(const LineQuery& query, size_t page_size = 100,
                                  const std::string& project = "logs/1") {
    const auto matcher = LineMatcher::Create(query);
    EXPECT_TRUE(matcher.ok()) << matcher.status();
    std::vector<std::string> found;
    std::string token;
    do {
      const auto page = search_.Search(project, *matcher, page_size, token);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->lines.size(), page_size);
      for (const FoundLine& line : page->lines) {
        const std::string& log = logs_[line.log];
        EXPECT_TRUE(line.offset == 0 || log[static_cast<size_t>(line.offset) - 1] == '\n');
        found.push_back(absl::StrCat(line.log.substr(5), ":", line.line, ":", line.before, "[",
                                     line.match, "]", line.after));
      }
      token = page->next_token;
    } while (!token.empty());
    return found;
  }
  int64_t Count(const std::string& what) {
    int64_t count = 0;
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      count = tx.exec1("SELECT count(*) FROM " + what)[0].as<int64_t>();
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("logstream"), .size = 6}};
  PostgresLogStore store_{pool_};
  SearchIndex index_{pool_};
  SystemClock clock_;
  LogSearch search_{store_, index_, clock_};
  const std::atomic<bool> stopping_ = false;
  std::map<std::string, std::string> logs_;
};

// `lines` lines of about 60 bytes.
std::string Noise(uint32_t seed, int lines) {
  std::mt19937 random(seed);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (int word = 0; word < 8; ++word) {
      for (uint32_t c = 3 + random() % 7; c > 0; --c) {
        text += static_cast<char>('a' + random() % 26);
      }
      text += ' ';
    }
    text += '\n';
  }
  return text;
}

TEST_F(LogSearchTest, N12FindsLinesInFinishedAndRunningLogs) {
  Append("logs/1-1-1-1", "first\nthe NEEDLE is here\nlast\n");
  Seal("logs/1-1-1-1");
  Append("logs/1-2-1-1", "\x1b[31mneed\x1b[0mle\nneedles, no line end");
  Append("logs/2-1-1-1", "a needle of another project\n");
  Append("logs/11-1-1-1", "and another\n needle\n");
  EXPECT_THAT(Search({.pattern = "needle"}),
              ElementsAre("1-2-1-1:1:[needle]", "1-2-1-1:2:[needle]s, no line end",
                          "1-1-1-1:2:the [NEEDLE] is here"));
  EXPECT_THAT(Search({.pattern = "^the n.*e is", .regex = true}),
              ElementsAre("1-1-1-1:2:[the NEEDLE is] here"));
  EXPECT_THAT(Search({.pattern = "NEEDLE", .match_case = true}),
              ElementsAre("1-1-1-1:2:the [NEEDLE] is here"));
  EXPECT_THAT(Search({.pattern = "haystack"}), IsEmpty());
  EXPECT_THAT(Search({.pattern = "needle"}, 100, "logs/3"), IsEmpty());
}

// Whatever is in the index and what is not yet, in blocks, groups or neither, whole logs or not:
// the same lines are found as by looking through everything.
TEST_F(LogSearchTest, TheIndexNeverHidesALine) {
  std::mt19937 random(3);
  const std::vector<LineQuery> queries = {{.pattern = "needle"},
                                          {.pattern = "needle[0-9]+ (x|y)", .regex = true},
                                          {.pattern = "ab c"},
                                          {.pattern = "qz"}};
  for (int build = 1; build <= 12; ++build) {
    const std::string name = absl::StrCat("logs/1-", build, "-1-1");
    for (int part = 0; part < 3; ++part) {
      std::string text = Noise(random(), static_cast<int>(random() % 4000));
      for (int i = 0; i < 3; ++i) {
        text.insert(random() % (text.size() + 1), absl::StrCat("\n", i, " Needle", build, " y\n"));
      }
      if (random() % 4 == 0) text.insert(text.size() / 2, "\n" + std::string(200'000, 'l') + "\n");
      if (random() % 2 == 0) text.pop_back();
      Append(name, text);
      if (random() % 2 == 0) Index();
    }
    if (random() % 4 != 0) Seal(name);
    if (random() % 3 == 0) Index();
    for (const LineQuery& query : queries) {
      std::vector<std::string> expected;
      const auto matcher = LineMatcher::Create(query);
      for (int log = build; log >= 1; --log) {
        const std::string text = logs_[absl::StrCat("logs/1-", log, "-1-1")];
        int line = 1;
        for (size_t begin = 0; begin < text.size(); ++line) {
          const size_t end = std::min(text.find('\n', begin), text.size());
          if (end - begin < 1000 && matcher->Find(text.substr(begin, end - begin))) {
            expected.push_back(absl::StrCat("1-", log, "-1-1:", line));
          }
          begin = end + 1;
        }
      }
      const std::vector<std::string> found = Search(query, 1 + random() % 50);
      std::vector<std::string> places;
      for (const std::string& one : found) {
        places.push_back(one.substr(0, one.find(':', one.find(':') + 1)));
      }
      ASSERT_EQ(places, expected) << query.pattern << " with " << build << " logs";
    }
  }
  EXPECT_GT(Count("search_blocks"), 10);
}

TEST_F(LogSearchTest, ManyBlocksAreSearchedAsGroups) {
  const int logs = 70;
  for (int build = 1; build <= logs; ++build) {
    const std::string name = absl::StrCat("logs/1-", build, "-1-1");
    Append(name,
           Noise(static_cast<uint32_t>(build), 40'000) + absl::StrCat("needle", build, "!\n"));
    Seal(name);
  }
  Index();
  EXPECT_GE(Count("search_groups"), 1);
  EXPECT_EQ(Count("search_blocks WHERE group_id IS NOT NULL") % 512, 0);
  EXPECT_LE(Count("logs WHERE NOT indexed_whole"), 1) << "what was too little for a block";
  for (const int build : {1, 17, logs}) {
    EXPECT_THAT(Search({.pattern = absl::StrCat("Needle", build, "!")}),
                ElementsAre(absl::StrCat("1-", build, "-1-1:40001:[needle", build, "!]")));
  }
  EXPECT_EQ(Search({.pattern = "needle\\d+!", .regex = true}, 7).size(), static_cast<size_t>(logs));

  // Nor does an expired log.
  ASSERT_TRUE(store_.Expire("logs/1-17-1-1").ok());
  EXPECT_THAT(Search({.pattern = "Needle17!"}), IsEmpty());
  EXPECT_THAT(Search({.pattern = "Needle18!"}), ElementsAre("1-18-1-1:40001:[needle18!]"));
  for (int build = 1; build <= logs; ++build) {
    ASSERT_TRUE(store_.Expire(absl::StrCat("logs/1-", build, "-1-1")).ok());
  }
  for (const char* table : {"search_groups", "search_blocks", "search_pieces"}) {
    EXPECT_EQ(Count(table), 0) << table;
  }
  Append("logs/1-99-1-1", "needle1!\n");
  // A removed project leaves nothing in the index.
  while (!*store_.RemoveProject(1)) {
  }
  EXPECT_THAT(Search({.pattern = "needle1!"}), IsEmpty());
  for (const char* table : {"search_groups", "search_blocks", "search_pieces"}) {
    EXPECT_EQ(Count(table), 0) << table;
  }
}

// One damaged log made the search of the whole project fail.
TEST_F(LogSearchTest, ADamagedLogIsToldAndPassedOver) {
  for (int build = 1; build <= 5; ++build) {
    const std::string name = absl::StrCat("logs/1-", build, "-1-1");
    Append(name, Noise(static_cast<uint32_t>(build), 9'000) + "needle\n" +
                     Noise(static_cast<uint32_t>(10 + build), 3'000));
    Seal(name);
  }
  const auto damage = [&](int build) {
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      tx.exec_params0(
                          "UPDATE chunks SET data = 'no frame' WHERE log_id = "
                          "(SELECT id FROM logs WHERE name = $1)",
                          absl::StrCat("logs/1-", build, "-1-1"));
                      return absl::OkStatus();
                    })
                    .ok());
  };
  damage(2);
  EXPECT_TRUE(absl::IsDataLoss(LogIndexer::Index(store_, index_, "logs/1", stopping_)));
  EXPECT_GT(Count("logs WHERE indexed > 0"), 2) << "those after it are indexed";
  damage(4);
  const auto matcher = LineMatcher::Create({.pattern = "needle"});
  const auto page = search_.Search("logs/1", *matcher, 100, "");
  ASSERT_TRUE(page.ok()) << page.status();
  std::vector<std::string> found;
  for (const FoundLine& line : page->lines) found.push_back(line.log);
  EXPECT_THAT(found, ElementsAre("logs/1-5-1-1", "logs/1-3-1-1", "logs/1-1-1-1"));
  EXPECT_THAT(page->unreadable, ElementsAre("logs/1-4-1-1", "logs/1-2-1-1"));
}

TEST_F(LogSearchTest, TwoIndexersDoNotDisturbEachOther) {
  Append("logs/1-1-1-1", Noise(1, 30'000) + "needle\n" + Noise(2, 30'000));
  Seal("logs/1-1-1-1");
  std::vector<std::thread> indexers;
  for (int i = 0; i < 3; ++i) {
    indexers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        EXPECT_TRUE(LogIndexer::Index(store_, index_, "logs/1", stopping_).ok());
      }
    });
  }
  for (std::thread& indexer : indexers) indexer.join();
  EXPECT_EQ(Count("(SELECT log_id, sum(end_offset - start_offset) AS covered FROM search_pieces "
                  "GROUP BY 1) AS c JOIN logs l ON l.id = c.log_id WHERE covered <> indexed"),
            0);
  EXPECT_THAT(Search({.pattern = "needle"}), ElementsAre("1-1-1-1:30001:[needle]"));
}

TEST_F(LogSearchTest, APageEndsInTimeAndTheNextGoesOn) {
  // Each look at the clock takes long.
  class SlowClock final : public Clock {
   public:
    absl::Time Now() const override { return now_ += LogSearch::kPageTime / 3; }

   private:
    mutable absl::Time now_ = absl::UnixEpoch();
  };
  for (int build = 1; build <= 9; ++build) {
    Append(absl::StrCat("logs/1-", build, "-1-1"), "a needle\n");
  }
  const SlowClock slow;
  LogSearch search(store_, index_, slow);
  const auto matcher = LineMatcher::Create({.pattern = "needle"});
  std::string token;
  size_t found = 0;
  int pages = 0;
  do {
    const auto page = search.Search("logs/1", *matcher, 100, token);
    ASSERT_TRUE(page.ok()) << page.status();
    found += page->lines.size();
    token = page->next_token;
    ASSERT_LT(++pages, 100);
  } while (!token.empty());
  EXPECT_EQ(found, 9u);
  EXPECT_GT(pages, 2);
  EXPECT_EQ(search.Search("logs/1", *matcher, 100, "x").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kozmic
