#include "lib/http/tls/tls_front.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/http/hardened_server.h"
#include "lib/http/raw_client.h"

namespace kozmic::http {
namespace {

constexpr char kHello[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

// A client that speaks TLS and trusts whoever answers.
class TlsClient {
 public:
  explicit TlsClient(int port) : context_(SSL_CTX_new(TLS_client_method())) {
    fd_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit = {.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~TlsClient() { SSL_free(ssl_); }

  bool Greet() {
    ssl_ = SSL_new(context_.get());
    SSL_set_fd(ssl_, fd_.get());
    return connected_ && SSL_connect(ssl_) == 1;
  }
  bool Send(const std::string& text) {
    size_t sent = 0;
    while (sent < text.size()) {
      const int count = SSL_write(ssl_, text.data() + sent, static_cast<int>(text.size() - sent));
      if (count <= 0) return false;
      sent += static_cast<size_t>(count);
    }
    return true;
  }
  // Until `size` bytes are there, or nothing more comes.
  std::string Read(size_t size) {
    std::string text;
    char buffer[16384];
    while (text.size() < size) {
      const int count = SSL_read(ssl_, buffer, sizeof(buffer));
      if (count <= 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }
  // The answer to a request, by its Content-Length.
  std::string ReadAnswer() {
    std::string text;
    while (!absl::StrContains(text, "\r\n\r\n")) {
      const std::string more = Read(1);
      if (more.empty()) return text;
      text += more;
    }
    const size_t head = text.find("\r\n\r\n") + 4;
    const size_t at = text.find("Content-Length: ");
    const size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
    if (text.size() < head + length) text += Read(head + length - text.size());
    return text;
  }
  std::string certificate_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof(name));
    X509_free(certificate);
    return name;
  }
  void Close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

 private:
  SslContext context_;
  UniqueFd fd_;
  bool connected_ = false;
  SSL* ssl_ = nullptr;
};

class TlsFrontTest : public ::testing::Test {
 protected:
  TlsFrontTest() : folder_(testing::TempDir() + "/tls_front") {
    std::filesystem::create_directories(folder_);
    Make("one");
    ServerOptions options;
    options.idle_timeout = absl::Seconds(30);
    options.on_access = [this](const AccessRecord& record) {
      const std::lock_guard lock(mutex_);
      client_ip_ = record.client_ip;
    };
    server_ = *HardenedServer::Listen(std::move(options));
    server_->Route("GET", "/hello", [](Exchange& exchange) {
      exchange.response.set_content("hello", "text/plain");
    });
    server_->Route("POST", "/echo", {.max_body_bytes = 8 << 20}, [](Exchange& exchange) {
      exchange.response.set_content(exchange.request.body, "application/octet-stream");
    });
    server_->Start();
    front_ = *TlsFront::Start(
        {.host = "127.0.0.1",
         .certificate_file = folder_ + "/one.pem",
         .key_file = folder_ + "/one.key"},
        [this](UniqueFd plain, const std::string& ip) { server_->Adopt(std::move(plain), ip); });
  }
  ~TlsFrontTest() override {
    server_->Stop(absl::Seconds(5));
    front_.reset();
  }

  void Make(const std::string& name) const {
    const std::string command =
        absl::StrCat("cd ", folder_,
                     " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
                     "-nodes -days 2 -subj /CN=",
                     name, " -keyout ", name, ".key -out ", name, ".pem 2>log");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  // Sooner than by the server's limits of time.
  bool IsEmpty() const {
    const auto begin = std::chrono::steady_clock::now();
    return Eventually([this] { return server_->connections() == 0; }) &&
           std::chrono::steady_clock::now() - begin < std::chrono::seconds(8);
  }

  const std::string folder_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::string client_ip_;
  std::unique_ptr<HardenedServer> server_;
  std::unique_ptr<TlsFront> front_;
};

TEST_F(TlsFrontTest, RequestsAreAnsweredOneAfterTheOther) {
  TlsClient client(front_->port());
  ASSERT_TRUE(client.Greet());
  EXPECT_EQ(client.certificate_name(), "one");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(kHello));
    EXPECT_TRUE(absl::EndsWith(client.ReadAnswer(), "hello"));
  }
  server_->Stop(absl::Seconds(5));
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(client_ip_, "127.0.0.1");
  }
  EXPECT_EQ(client.Read(1), "") << "the client is told that it is over";
}

TEST_F(TlsFrontTest, LargeBodiesGoThroughWhole) {
  std::string body(5 << 20, '.');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + (i * 7 + i / 13) % 26);
  TlsClient client(front_->port());
  ASSERT_TRUE(client.Greet());
  std::thread sender([&] {
    EXPECT_TRUE(client.Send(absl::StrCat(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n", body)));
  });
  sender.join();
  const std::string answer = client.ReadAnswer();
  EXPECT_TRUE(absl::EndsWith(answer, body));
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, body.size());
}

TEST_F(TlsFrontTest, WhoDoesNotSpeakTlsIsCutOffAndHarmsNobody) {
  RawClient plain(front_->port());
  plain.Send(kHello);
  EXPECT_FALSE(absl::StrContains(plain.ReadToEnd(), "hello"));
  TlsClient vanishes(front_->port());
  vanishes.Close();
  TlsClient client(front_->port());
  ASSERT_TRUE(client.Greet());
  ASSERT_TRUE(client.Send(kHello));
  EXPECT_TRUE(absl::EndsWith(client.ReadAnswer(), "hello"));
  client.Close();
  EXPECT_TRUE(IsEmpty());
}

TEST_F(TlsFrontTest, WhoVanishesInTheMiddleOfAnAnswerIsForgotten) {
  TlsClient client(front_->port());
  ASSERT_TRUE(client.Greet());
  const std::string body(4 << 20, 'x');
  ASSERT_TRUE(client.Send(absl::StrCat(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n", body)));
  EXPECT_FALSE(client.Read(1000).empty());
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  client.Close();
  EXPECT_TRUE(IsEmpty());
}

TEST_F(TlsFrontTest, AnAnswerThatIsGivenArrivesThoughTheServerStops) {
  const std::string body(4 << 20, 'x');
  TlsClient client(front_->port());
  ASSERT_TRUE(client.Greet());
  ASSERT_TRUE(client.Send(absl::StrCat(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n", body)));
  const std::string begin = client.Read(1);
  std::thread stopping([this] {
    front_->Drain();
    server_->Stop(absl::Seconds(10));
    front_->Stop(std::chrono::seconds(10));
  });
  EXPECT_TRUE(absl::EndsWith(absl::StrCat(begin, client.Read(body.size() + 1000)), body));
  client.Close();
  stopping.join();
}

TEST_F(TlsFrontTest, ManyAtOnce) {
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<TlsClient>(front_->port()));
    ASSERT_TRUE(clients.back()->Greet());
  }
  for (auto& client : clients) ASSERT_TRUE(client->Send(kHello));
  for (auto& client : clients) EXPECT_TRUE(absl::EndsWith(client->ReadAnswer(), "hello"));
  clients.clear();
  EXPECT_TRUE(IsEmpty());
}

TEST(TlsFrontFilesTest, FilesThatAreNotGoodAreNamed) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/none.pem") << "not a certificate";
  const auto front = TlsFront::Start({.host = "127.0.0.1",
                                      .certificate_file = folder + "/none.pem",
                                      .key_file = folder + "/none.pem"},
                                     [](UniqueFd, const std::string&) {});
  EXPECT_TRUE(absl::IsInvalidArgument(front.status()));
  EXPECT_TRUE(absl::StrContains(front.status().message(), "none.pem")) << front.status();
}

}  // namespace
}  // namespace kozmic::http
