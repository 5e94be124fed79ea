#include "lib/http/static_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/http/hardened_server.h"
#include "lib/http/negotiation.h"
#include "lib/http/raw_client.h"

namespace kozmic::http {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / "static_files_test";
    fs::remove_all(root_);
    fs::create_directories(root_ / "site" / "assets");
    Write("outside.txt", "outside");
    Write("site/index.html", "<p>index</p>");
    Write("site/.hidden", "hidden");
    Write("site/assets/app-1.js", "plain");
    Write("site/assets/app-1.js.br", "brotli");
    Write("site/assets/app-1.js.gz", "gzip");
    fs::create_symlink(root_ / "outside.txt", root_ / "site" / "link.txt");
    auto files = StaticFiles::Load((root_ / "site").string());
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = std::make_unique<StaticFiles>(*std::move(files));
    auto server = HardenedServer::Listen({});
    ASSERT_TRUE(server.ok());
    server_ = *std::move(server);
    server_->Fallback([this](Exchange& exchange) {
      if (exchange.target.path == "/wrong") {
        files_->Serve("/index.html", exchange, 400);
      } else if (!files_->Serve(exchange.target.path, exchange)) {
        exchange.response.status = 404;
      }
    });
    server_->Start();
  }

  void Write(const std::string& name, const std::string& content) {
    std::ofstream(root_ / name) << content;
  }
  std::string Fetch(const std::string& path, const std::string& headers = "") {
    return Ask(server_->port(), Get(path, headers));
  }
  static std::string Header(const std::string& answer, const std::string& name) {
    const size_t at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t start = at + name.size() + 4;
    return answer.substr(start, answer.find("\r\n", start) - start);
  }

  fs::path root_;
  std::unique_ptr<StaticFiles> files_;
  std::unique_ptr<HardenedServer> server_;
};

TEST_F(StaticFilesTest, ServesTheFormThatTheClientTakes) {
  const auto form = [&](const std::string& accepts) {
    const std::string answer = Fetch("/assets/app-1.js", "Accept-Encoding: " + accepts + "\r\n");
    return answer.substr(answer.find("\r\n\r\n") + 4) + " " + Header(answer, "Content-Encoding");
  };
  EXPECT_EQ(form("gzip, deflate, br"), "brotli br");
  EXPECT_EQ(form("gzip, br;q=0"), "gzip gzip");
  EXPECT_EQ(form("identity"), "plain ");
  EXPECT_EQ(Header(Fetch("/assets/app-1.js"), "Vary"), "Accept-Encoding");
}

TEST_F(StaticFilesTest, AnEtagSparesTheSecondTransfer) {
  const std::string first = Fetch("/index.html");
  const std::string etag = Header(first, "ETag");
  ASSERT_FALSE(etag.empty());
  EXPECT_EQ(Header(first, "Cache-Control"), "no-cache");
  const std::string second = Fetch("/index.html", "If-None-Match: \"x\", W/" + etag + "\r\n");
  EXPECT_EQ(StatusOf(second), 304);
  EXPECT_EQ(Header(second, "ETag"), etag);
  EXPECT_TRUE(absl::EndsWith(second, "\r\n\r\n"));
  EXPECT_EQ(StatusOf(Fetch("/index.html", "If-None-Match: \"x\"\r\n")), 200);
}

TEST_F(StaticFilesTest, ThePageOfAnErrorIsKeptByNobody) {
  const std::string etag = Header(Fetch("/index.html"), "ETag");
  const std::string answer = Fetch("/wrong", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(StatusOf(answer), 400);
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), "<p>index</p>");
  EXPECT_EQ(Header(answer, "ETag"), "");
  EXPECT_EQ(Header(answer, "Cache-Control"), "no-store");
}

TEST_F(StaticFilesTest, FormsHaveDifferentEtags) {
  EXPECT_NE(Header(Fetch("/assets/app-1.js", "Accept-Encoding: br\r\n"), "ETag"),
            Header(Fetch("/assets/app-1.js"), "ETag"));
}

TEST_F(StaticFilesTest, AssetsAreImmutable) {
  const std::string answer = Fetch("/assets/app-1.js");
  EXPECT_EQ(Header(answer, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(Header(answer, "Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(StaticFilesTest, NothingOutsideOrHiddenIsServed) {
  for (const char* path :
       {"/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/assets/../../outside.txt",
        "/link.txt", "/.hidden", "/assets", "/assets/app-1.js/x"}) {
    EXPECT_EQ(StatusOf(Fetch(path)), 404) << path;
  }
}

TEST_F(StaticFilesTest, AMissingFolderIsAnError) {
  EXPECT_EQ(StaticFiles::Load((root_ / "none").string()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(NegotiationTest, WeighsCodings) {
  EXPECT_TRUE(AcceptsCoding("gzip , BR", "br"));
  EXPECT_TRUE(AcceptsCoding("*", "br"));
  EXPECT_TRUE(AcceptsCoding("br; q=0.5", "br"));
  EXPECT_FALSE(AcceptsCoding("br;q=0, *", "br"));
  EXPECT_FALSE(AcceptsCoding("*;q=0", "br"));
  EXPECT_FALSE(AcceptsCoding("", "br"));
  EXPECT_FALSE(AcceptsCoding("broken", "br"));
}

}  // namespace
}  // namespace kozmic::http
