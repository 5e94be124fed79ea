#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/github/api_fixture.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

nlohmann::json RepositoryJson(int id) {
  return {
      {"id", id},
      {"full_name", absl::StrCat("acme/r", id)},
      {"private", true},
      {"html_url", absl::StrCat("http://g/acme/r", id)},
      {"default_branch", "main"},
      {"archived", true},
      {"description", "about it"},
      {"owner", {{"login", "acme"}, {"type", "Organization"}, {"avatar_url", "http://a/1"}}},
      {"permissions",
       {{"admin", false}, {"maintain", false}, {"push", true}, {"triage", true}, {"pull", true}}}};
}

const std::vector<std::string> kRights = {"admin", "maintain", "push", "triage", "pull"};

// All combinations of GitHub's five rights, and what is to be read from each: admin, push, pull.
template <typename Read>
void ExpectRightsAreRead(const Read& read) {
  for (int set = 0; set < 32; ++set) {
    nlohmann::json permissions;
    for (int right = 0; right < 5; ++right) permissions[kRights[right]] = (set >> right & 1) != 0;
    const auto read_as = read(permissions);
    EXPECT_EQ(read_as.may_admin, (set & 1) != 0) << permissions;
    EXPECT_EQ(read_as.may_push, (set & 7) != 0) << permissions;
    EXPECT_EQ(read_as.may_pull, set != 0) << permissions;
  }
}

TEST_F(ApiTest, ReadsARepository) {
  Answers("/repos/acme/r9", 200, RepositoryJson(9).dump());
  Answers("/repos/ann/app", 200,
          R"({"id":9,"full_name":"ann/app","private":false,"html_url":"http://g/ann/app",
              "description":null,"owner":{"login":"ann","type":"User"}})");
  Start();
  const auto repository = api_.GetRepository("t", "acme/r9");
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_EQ(repository->id, 9);
  EXPECT_EQ(repository->full_name, "acme/r9");
  EXPECT_TRUE(repository->is_private);
  EXPECT_EQ(repository->html_url, "http://g/acme/r9");
  EXPECT_FALSE(repository->may_admin);
  EXPECT_TRUE(repository->may_push);
  EXPECT_TRUE(repository->may_pull);
  EXPECT_EQ(repository->default_branch, "main");
  EXPECT_EQ(repository->owner_login, "acme");
  EXPECT_TRUE(repository->owner_is_organization);
  EXPECT_EQ(repository->owner_avatar_url, "http://a/1");
  EXPECT_TRUE(repository->archived);
  EXPECT_EQ(repository->description, "about it");

  const auto bare = api_.GetRepository("t", "ann/app");
  ASSERT_TRUE(bare.ok()) << bare.status();
  EXPECT_FALSE(bare->may_admin || bare->may_push || bare->may_pull);
  EXPECT_FALSE(bare->owner_is_organization);
  EXPECT_FALSE(bare->archived);
  EXPECT_EQ(bare->description, "");
}

// Bad input 75, P53
TEST_F(ApiTest, FollowsARenamedRepository) {
  github_.server().Get("/api/v3/repos/old/name",
                       [&](const httplib::Request&, httplib::Response& answer) {
                         answer.status = 301;
                         answer.set_header("Location", github_.url() + "/api/v3/repositories/9");
                       });
  github_.server().Get("/api/v3/repos/moved/away",
                       [&](const httplib::Request&, httplib::Response& answer) {
                         answer.status = 301;
                         answer.set_header("Location", "http://localhost:1/repositories/9");
                       });
  Answers("/repositories/9", 200, RepositoryJson(9).dump());
  Start();
  const auto repository = api_.GetRepository("t", "old/name");
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_EQ(repository->full_name, "acme/r9");
  EXPECT_EQ(api_.GetRepository("t", "moved/away").status().code(), absl::StatusCode::kUnavailable);
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfARepository) {
  ExpectFieldsAreChecked("/repos/acme/r9", RepositoryJson(9),
                         {{"id", true},
                          {"full_name", true},
                          {"private", true},
                          {"html_url", true},
                          {"default_branch", false},
                          {"archived", false},
                          {"description", false},
                          {"owner", false},
                          {"owner.login", false},
                          {"owner.type", false},
                          {"owner.avatar_url", false},
                          {"permissions", false},
                          {"permissions.admin", false},
                          {"permissions.maintain", false},
                          {"permissions.push", false},
                          {"permissions.triage", false},
                          {"permissions.pull", false}},
                         [&] { return api_.GetRepository("t", "acme/r9").status(); });
}

// K11
TEST_F(ApiTest, ReadsAllRightsOfARepository) {
  nlohmann::json repository = RepositoryJson(9);
  github_.server().Get("/api/v3/repos/acme/r9",
                       [&](const httplib::Request&, httplib::Response& to) {
                         to.set_content(repository.dump(), "application/json");
                       });
  Start();
  ExpectRightsAreRead([&](const nlohmann::json& permissions) {
    repository["permissions"] = permissions;
    return api_.GetRepository("t", "acme/r9").value();
  });
}

TEST_F(ApiTest, ReadsAllRightsOfACollaborator) {
  nlohmann::json permissions;
  github_.server().Get("/api/v3/repos/acme/r9/collaborators", [&](const httplib::Request& request,
                                                                  httplib::Response& to) {
    EXPECT_EQ(request.get_param_value("affiliation"), "all");
    EXPECT_EQ(request.get_param_value("per_page"), "100");
    const nlohmann::json ann = {
        {"id", 5}, {"login", "ann"}, {"avatar_url", "http://a/5"}, {"permissions", permissions}};
    to.set_content(nlohmann::json::array({ann}).dump(), "application/json");
  });
  Start();
  ExpectRightsAreRead([&](const nlohmann::json& rights) {
    permissions = rights;
    const std::vector<Collaborator> all = api_.ListCollaborators("t", "acme/r9").value();
    EXPECT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].user_id, 5);
    EXPECT_EQ(all[0].login, "ann");
    EXPECT_EQ(all[0].avatar_url, "http://a/5");
    return all[0];
  });
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfACollaborator) {
  ExpectFieldsAreChecked(
      "/repos/acme/r9/collaborators",
      {{"id", 5},
       {"login", "ann"},
       {"avatar_url", "http://a/5"},
       {"permissions",
        {{"admin", false}, {"maintain", false}, {"push", true}, {"triage", true}, {"pull", true}}}},
      {{"id", true},
       {"login", true},
       {"avatar_url", false},
       {"permissions", true},
       {"permissions.admin", false},
       {"permissions.maintain", false},
       {"permissions.push", false},
       {"permissions.triage", false},
       {"permissions.pull", true}},
      [&] { return api_.ListCollaborators("t", "acme/r9").status(); },
      [](const nlohmann::json& one) { return nlohmann::json::array({one}); });
}

// Serves `count` repositories in pages of 100.
class ListingTest : public ApiTest {
 protected:
  void Serve(int count) {
    github_.server().Get("/api/v3/user/repos", [this, count](const httplib::Request& request,
                                                             httplib::Response& answer) {
      EXPECT_EQ(request.get_param_value("affiliation"), "owner,collaborator,organization_member");
      EXPECT_EQ(request.get_param_value("sort"), "full_name");
      EXPECT_EQ(request.get_param_value("per_page"), "100");
      const int page = request.has_param("page") ? std::stoi(request.get_param_value("page")) : 1;
      const std::string etag = absl::StrCat("\"", page, "\"");
      answer.set_header("ETag", etag);
      if (page * 100 < count) {
        const auto link = [&](int to) {
          return absl::StrCat("<", github_.url(), "/api/v3", WithoutPage(request.target),
                              "&page=", to, ">");
        };
        answer.set_header("Link", absl::StrCat(link(page + 1), "; rel=\"next\", ",
                                               link((count + 99) / 100), "; rel=\"last\""));
      }
      if (request.get_header_value("If-None-Match") == etag) {
        answer.status = 304;
        return;
      }
      nlohmann::json items = nlohmann::json::array();
      for (int id = page * 100 - 99; id <= std::min(count, page * 100); ++id) {
        items.push_back(RepositoryJson(id));
      }
      answer.set_content(items.dump(), "application/json");
    });
    Start();
  }

  static std::string WithoutPage(const std::string& target) {
    const std::string below = target.substr(std::string("/api/v3").size());
    return below.substr(0, below.find("&page="));
  }

  absl::StatusOr<RepositoryListing> List(const std::vector<std::string>& etags) {
    progress_.clear();
    return api_.ListUserRepositories("t", etags, [&](int done, int total, int items) {
      progress_.push_back(absl::StrCat(done, "/", total, ":", items));
    });
  }

  std::vector<std::string> progress_;
};

// K8, K9
TEST_F(ListingTest, ListsWithProgressAndOnlyWhatChanged) {
  Serve(230);
  const auto listing = List({});
  ASSERT_TRUE(listing.ok()) << listing.status();
  ASSERT_EQ(listing->repositories.size(), 230u);
  EXPECT_EQ(listing->repositories[229].full_name, "acme/r230");
  EXPECT_THAT(listing->etags, ElementsAre("\"1\"", "\"2\"", "\"3\""));
  EXPECT_FALSE(listing->not_modified);
  EXPECT_THAT(progress_, ElementsAre("1/3:100", "2/3:200", "3/3:230"));

  const auto again = List(listing->etags);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->not_modified);
  EXPECT_THAT(again->repositories, IsEmpty());
  EXPECT_EQ(again->etags, listing->etags);
  EXPECT_THAT(progress_, ElementsAre("1/3:0", "2/3:0", "3/3:0"));

  const auto changed = List({"\"1\"", "\"old\"", "\"3\""});
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->repositories.size(), 230u);
  EXPECT_FALSE(changed->not_modified);
  EXPECT_THAT(progress_, ElementsAre("1/3:0", "1/3:100", "2/3:200", "3/3:230"));
}

TEST_F(ListingTest, NobodyNeedsToWatch) {
  Serve(3);
  EXPECT_EQ(api_.ListUserRepositories("t", {}, nullptr)->repositories.size(), 3u);
}

TEST_F(ListingTest, ListsFiveThousand) {
  Serve(5000);
  EXPECT_EQ(List({})->repositories.size(), 5000u);
  EXPECT_EQ(progress_.back(), "50/50:5000");
}

TEST_F(ListingTest, MoreThanTwentyThousandAreTooMany) {
  Serve(20001);
  const absl::Status status = List({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), ::testing::HasSubstr("20000"));
  EXPECT_THAT(progress_, IsEmpty());
}

}  // namespace
}  // namespace kozmic::github
