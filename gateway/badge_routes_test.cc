#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/fake_caller.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/rpc/service_token.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using BadgeRoutesTest = GatewayTest;

void Put(FakeBuilds& builds, int64_t project, int64_t number, const std::string& ref,
         build::v1::State state) {
  build::v1::Build build;
  build.set_name(absl::StrCat("projects/", project, "/builds/", number));
  build.set_ref(ref);
  build.set_state(state);
  builds.Put(build);
}

std::string Says(const std::string& answer) {
  const std::string body = Body(answer);
  const size_t start = body.find("<title>") + 7;
  return body.substr(start, body.find("</title>") - start);
}

// K66, P33.
TEST_F(BadgeRoutesTest, ShowsTheNewestBuildOfABranchToAnyone) {
  Put(builds_, 1, 1, "refs/heads/main", build::v1::STATE_FAILURE);
  Put(builds_, 1, 2, "refs/heads/main", build::v1::STATE_SUCCESS);
  Put(builds_, 1, 3, "refs/heads/other", build::v1::STATE_FAILURE);
  const std::string answer = Get("/badges/octo/repo-1/main", "");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Header(answer, "Content-Type"), "image/svg+xml");
  EXPECT_EQ(Says(answer), "build: passing");
  EXPECT_EQ(Says(Get("/badges/octo/repo-1/other", "")), "build: failing");
  EXPECT_EQ(Says(Get("/badges/OCTO/Repo-1/main", "")), "build: passing");
  EXPECT_EQ(builds_.last_bearer(), ServiceToken(kTestServiceKey, "gateway"));
}

// K66: the seed took no branch with a slash.
TEST_F(BadgeRoutesTest, ABranchMayHaveSlashesAndAnyLetters) {
  Put(builds_, 1, 1, "refs/heads/feature/x/\xc3\xa9#1", build::v1::STATE_SUCCESS);
  EXPECT_EQ(Says(Get("/badges/octo/repo-1/feature/x/%C3%A9%231", "")), "build: passing");
  EXPECT_EQ(Says(Get("/badges/octo/repo-1/feature/x", "")), "build: no builds");
  EXPECT_EQ(StatusOf(Get("/badges/octo/repo-1/%ff", "")), 404);
}

// Section 5: what strangers propose does not colour a branch.
TEST_F(BadgeRoutesTest, ABranchThatOnlyForksBuiltHasNoBuilds) {
  Put(builds_, 1, 1, "refs/pull/4/head", build::v1::STATE_FAILURE);
  EXPECT_EQ(Says(Get("/badges/octo/repo-1/main", "")), "build: no builds");
}

// K66, bad input 44.
TEST_F(BadgeRoutesTest, UnknownAndPrivateRepositoriesLookAlike) {
  Put(builds_, 2, 1, "refs/heads/main", build::v1::STATE_SUCCESS);
  const std::string unknown = Get("/badges/octo/none/main", "");
  EXPECT_EQ(StatusOf(unknown), 404);
  for (const char* path :
       {"/badges/octo/repo-2/main", "/badges/octo/repo-2/main?token=wrong",
        "/badges/octo/repo-2/main?token=%ff", "/badges/octo/repo-2/main?token="}) {
    const std::string answer = Get(path, kCookie);
    EXPECT_EQ(StatusOf(answer), 404) << path;
    EXPECT_EQ(Body(answer), Body(unknown)) << path;
  }
  EXPECT_EQ(Says(Get("/badges/octo/repo-2/main?token=token-1", "")), "build: passing");
  for (const char* path : {"/badges", "/badges/octo", "/badges/octo/repo-1"}) {
    EXPECT_EQ(StatusOf(Get(path, "")), 404) << path;
  }
}

// P33: image proxies ask each time and are spared the image.
TEST_F(BadgeRoutesTest, ImageProxiesAreToldNothingNewWhenThereIsNothing) {
  Put(builds_, 1, 1, "refs/heads/main", build::v1::STATE_PENDING);
  const std::string path = "/badges/octo/repo-1/main";
  const std::string first = Get(path, "");
  EXPECT_EQ(Header(first, "Cache-Control"), "no-cache, max-age=0");
  const std::string asked = "If-None-Match: " + Header(first, "ETag") + "\r\n";
  const std::string second = Get(path, asked);
  EXPECT_EQ(StatusOf(second), 304);
  EXPECT_EQ(Body(second), "");
  EXPECT_EQ(Header(second, "ETag"), Header(first, "ETag"));
  EXPECT_EQ(Header(second, "Cache-Control"), "no-cache, max-age=0");
  Put(builds_, 1, 1, "refs/heads/main", build::v1::STATE_SUCCESS);
  EXPECT_EQ(StatusOf(Get(path, asked)), 200);
  const std::string head = http::Ask(
      port(), "HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(StatusOf(head), 200);
  EXPECT_EQ(Body(head), "");
  EXPECT_EQ(Header(head, "Content-Type"), "image/svg+xml");
}

// P33: other sites' pages may show it; pages of ours stay closed to them.
TEST_F(BadgeRoutesTest, OtherSitesMayShowABadgeAndNothingElse) {
  const std::string badge = Get("/badges/octo/repo-1/main", "");
  EXPECT_EQ(Header(badge, "Cross-Origin-Resource-Policy"), "cross-origin");
  EXPECT_EQ(Header(badge, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(Header(badge, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Header(Get("/", ""), "Cross-Origin-Resource-Policy"), "same-origin");
}

TEST_F(BadgeRoutesTest, WithoutAServiceThereIsNoBadgeRatherThanAWrongOne) {
  builds_.Fail(absl::UnavailableError("away"));
  EXPECT_EQ(StatusOf(Get("/badges/octo/repo-1/main", "")), 503);
  projects_.Fail(absl::UnavailableError("away"));
  EXPECT_EQ(StatusOf(Get("/badges/octo/repo-1/main", "")), 503);
}

}  // namespace
}  // namespace kozmic::gateway
