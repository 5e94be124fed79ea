#include "services/project/clients/remote_build_creator.h"

#include <functional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/executor.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"

namespace kozmic::project {
namespace {

using build::v1::BatchCreateBuildsRequest;
using build::v1::BatchCreateBuildsResponse;
using build::v1::CreateBuildRequest;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kKey[] = "a service key that is long enough to be one";

// Plays BuildService: a build's number is its request id.
class NumberingService final : public build::v1::BuildService::CallbackService {
 public:
  explicit NumberingService(const UnaryRunner& unary) : unary_(unary) {}

  grpc::ServerUnaryReactor* BatchCreateBuilds(grpc::CallbackServerContext* context,
                                              const BatchCreateBuildsRequest* request,
                                              BatchCreateBuildsResponse* response) override {
    return unary_.Run(context, "BatchCreateBuilds", [=, this](const Caller&) -> absl::Status {
      absl::MutexLock lock(&mutex_);
      calls_.push_back(request->requests_size());
      for (const CreateBuildRequest& one : request->requests()) {
        if (absl::Status status = harm_(one); !status.ok()) return status;
        int64_t number = 0;
        auto* const result = response->add_results();
        if (absl::SimpleAtoi(one.request_id(), &number)) {
          result->set_number(number);
        } else {
          result->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
          result->set_message("not a number");
        }
      }
      return absl::OkStatus();
    });
  }

  // What becomes of a whole call, because of one of its requests.
  void SetHarm(std::function<absl::Status(const CreateBuildRequest&)> harm) {
    absl::MutexLock lock(&mutex_);
    harm_ = std::move(harm);
  }
  // How many builds each call was for.
  std::vector<int> calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  const UnaryRunner& unary_;
  mutable absl::Mutex mutex_;
  std::vector<int> calls_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::Status(const CreateBuildRequest&)> harm_ ABSL_GUARDED_BY(mutex_) =
      [](const CreateBuildRequest&) { return absl::OkStatus(); };
};

class RemoteBuildCreatorTest : public ::testing::Test {
 protected:
  // Numbers from 1 on.
  static std::vector<BuildRequest> Requests(int count, int hooks = 1, size_t script = 10) {
    std::vector<BuildRequest> requests;
    for (int i = 1; i <= count; ++i) {
      BuildRequest& request = requests.emplace_back();
      request.request_id = absl::StrCat(i);
      request.hooks.resize(static_cast<size_t>(hooks));
      for (HookRecord& hook : request.hooks) hook.fields.script = std::string(script, 'x');
    }
    return requests;
  }

  Executor executor_{2, 16};
  ServiceTokenAuthenticator authenticator_{kKey, nullptr};
  UnaryRunner unary_{executor_, authenticator_};
  NumberingService service_{unary_};
  std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&service_});
  RemoteBuildCreator creator_{MakeChannel(server_->address()), ServiceToken(kKey, "project")};
};

TEST_F(RemoteBuildCreatorTest, ManyAreOneCallWithAResultForEach) {
  std::vector<BuildRequest> requests = Requests(3);
  requests[1].request_id = "no number";
  const auto numbers = creator_.CreateBuilds(requests);
  ASSERT_THAT(numbers, SizeIs(3));
  EXPECT_EQ(*numbers[0], 1);
  EXPECT_EQ(numbers[1].status(), absl::InvalidArgumentError("not a number"));
  EXPECT_EQ(*numbers[2], 3);
  EXPECT_THAT(service_.calls(), ElementsAre(3));
}

TEST_F(RemoteBuildCreatorTest, CallsHaveTheirLimits) {
  const auto all = [&](const std::vector<BuildRequest>& requests) {
    int64_t expected = 0;
    for (const auto& number : creator_.CreateBuilds(requests)) EXPECT_EQ(*number, ++expected);
    EXPECT_EQ(expected, static_cast<int64_t>(requests.size()));
  };
  all(Requests(300));
  all(Requests(25, 100));
  all(Requests(9, 1, 1 << 20));
  EXPECT_THAT(service_.calls(), ElementsAre(256, 44, 10, 10, 5, 3, 3, 3));
}

TEST_F(RemoteBuildCreatorTest, OneThatFailsAWholeCallHarmsNoOther) {
  service_.SetHarm([](const CreateBuildRequest& request) {
    return request.request_id() == "3" ? absl::InternalError("on fire") : absl::OkStatus();
  });
  const auto numbers = creator_.CreateBuilds(Requests(5));
  ASSERT_THAT(numbers, SizeIs(5));
  for (const int good : {1, 2, 4, 5}) EXPECT_EQ(*numbers[static_cast<size_t>(good - 1)], good);
  EXPECT_EQ(numbers[2].status().code(), absl::StatusCode::kInternal);
}

TEST_F(RemoteBuildCreatorTest, AServiceThatIsAwayIsAskedOnce) {
  service_.SetHarm(
      [](const CreateBuildRequest&) { return absl::UnavailableError("the database is away"); });
  const auto numbers = creator_.CreateBuilds(Requests(300));
  ASSERT_THAT(numbers, SizeIs(300));
  for (const auto& number : numbers) EXPECT_TRUE(absl::IsUnavailable(number.status()));
  EXPECT_THAT(service_.calls(), ElementsAre(256));
}

}  // namespace
}  // namespace kozmic::project
