// What people and services are told of deliveries, hooks and members.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/status/annotate.h"
#include "services/project/service_fixture.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::ProjectService::Stub;

constexpr int64_t kAnn = 1;
constexpr int64_t kBob = 2;
constexpr int64_t kEve = 3;
constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

class DeliveryServiceTest : public ::testing::Test, protected ServiceFixture {
 protected:
  DeliveryServiceTest() : ServiceFixture({"http://g", "http://127.0.0.1:1", "http://k"}) {
    AddMember(project_, kBob, Role::kMember);
  }

  std::string Name() const { return absl::StrCat("projects/", project_); }
  std::string HookName() const { return absl::StrCat(Name(), "/hooks/", hook_); }

  void Deliver(const std::string& event, const nlohmann::json& body, const std::string& guid) {
    v1::Webhook request;
    request.set_hook_id(hook_);
    request.add_event(event);
    request.add_delivery(guid);
    request.add_signature(Sign(kSecret, body.dump()));
    request.set_body(body.dump());
    const auto accepted = Accept(request);
    EXPECT_TRUE(accepted.ok()) << accepted.status();
  }
  static nlohmann::json Push(const std::string& branch) {
    return {{"ref", "refs/heads/" + branch},
            {"before", std::string(40, '0')},
            {"after", kSha},
            {"repository", {{"id", 9}}},
            {"head_commit", {{"message", "Fix"}}}};
  }

  absl::StatusOr<v1::ListDeliveriesResponse> List(
      int size = 0, const std::string& token = "",
      v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED, int64_t user = kAnn) {
    v1::ListDeliveriesRequest request;
    request.set_parent(Name());
    request.set_page_size(size);
    request.set_page_token(token);
    request.set_state(state);
    return Ask(&Stub::ListDeliveries, request, Session(user));
  }
  absl::StatusOr<v1::Delivery> GetDelivery(const std::string& name, int64_t user = kAnn) {
    v1::GetDeliveryRequest request;
    request.set_name(name);
    return Ask(&Stub::GetDelivery, request, Session(user));
  }
  absl::StatusOr<v1::GetHookSpecResponse> Spec(const std::string& hook,
                                               const std::string& service = "build") {
    v1::GetHookSpecRequest request;
    request.set_hook(hook);
    return Ask(&Stub::GetHookSpec, request, Token(service));
  }
  static std::vector<std::string> Guids(const v1::ListDeliveriesResponse& page) {
    std::vector<std::string> guids;
    for (const v1::Delivery& one : page.deliveries()) guids.push_back(one.guid());
    return guids;
  }

  const int64_t project_ = AddProject(9, kAnn);
  const int64_t hook_ = AddHook(project_, 77, kSecret);
};

TEST_F(DeliveryServiceTest, N6EveryDeliveryIsAccountedFor) {
  Deliver("push", Push("main"), "one");
  Deliver("push", Push("main"), "one");
  Deliver("watch", {{"action", "started"}, {"repository", {{"id", 9}}}}, "two");
  nlohmann::json skipped = Push("other");
  skipped["head_commit"]["message"] = "[skip ci]";
  Deliver("push", skipped, "three");
  WaitForSettled(3);

  const auto page = List();
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(Guids(*page), ElementsAre("three", "two", "one"));
  EXPECT_EQ(page->next_page_token(), "");
  EXPECT_EQ(page->deliveries(0).state(), v1::Delivery::STATE_IGNORED);
  EXPECT_THAT(page->deliveries(0).outcome(), HasSubstr("skip"));
  EXPECT_EQ(page->deliveries(1).event(), "watch");
  EXPECT_EQ(page->deliveries(1).action(), "started");
  EXPECT_NE(page->deliveries(1).outcome(), "");
  const v1::Delivery& built = page->deliveries(2);
  EXPECT_EQ(built.state(), v1::Delivery::STATE_BUILT);
  EXPECT_EQ(built.hook(), HookName());
  EXPECT_EQ(built.hook_title(), "Tests");
  EXPECT_EQ(built.ref(), "refs/heads/main");
  EXPECT_EQ(built.commit(), kSha);
  EXPECT_EQ(built.receipts(), 2);
  EXPECT_THAT(built.builds(), ElementsAre(Name() + "/builds/1"));
  EXPECT_EQ(built.body(), "");
  EXPECT_EQ(built.body_size(), static_cast<int64_t>(Push("main").dump().size()));

  const auto whole = GetDelivery(built.name());
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(whole->body(), Push("main").dump());
  EXPECT_THAT(whole->builds(), ElementsAre(Name() + "/builds/1"));
}

TEST_F(DeliveryServiceTest, N6DeliveriesComeInPagesAndByState) {
  for (int i = 0; i < 5; ++i) {
    Deliver("watch", {{"i", i}, {"repository", {{"id", 9}}}}, absl::StrCat("w", i));
  }
  Deliver("push", Push("main"), "p");
  WaitForSettled(6);
  const auto first = List(4);
  EXPECT_THAT(Guids(*first), ElementsAre("p", "w4", "w3", "w2"));
  const auto second = List(4, first->next_page_token());
  EXPECT_THAT(Guids(*second), ElementsAre("w1", "w0"));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(Guids(*List(0, "", v1::Delivery::STATE_BUILT)), ElementsAre("p"));
  EXPECT_EQ(List(-1).status().code(), absl::StatusCode::kInvalidArgument);
  for (const char* bad : {"x", "-1", "0", "99999999999999999999"}) {
    EXPECT_EQ(List(0, bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(List(0, "", static_cast<v1::Delivery::State>(99)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DeliveryServiceTest, N6MembersSeeDeliveriesAndManagersTheirBodies) {
  Deliver("push", Push("main"), "one");
  const std::string name = List()->deliveries(0).name();
  EXPECT_TRUE(List(0, "", v1::Delivery::STATE_UNSPECIFIED, kBob).ok());
  EXPECT_EQ(GetDelivery(name, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetDelivery(name, kEve).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(List(0, "", v1::Delivery::STATE_UNSPECIFIED, kEve).status().code(),
            absl::StatusCode::kNotFound);
  // Bad input 36: not even by way of a project of their own.
  const int64_t other = AddProject(10, kEve);
  const std::string number = name.substr(name.rfind('/'));
  EXPECT_EQ(
      GetDelivery(absl::StrCat("projects/", other, "/deliveries", number), kEve).status().code(),
      absl::StatusCode::kNotFound);
}

TEST_F(DeliveryServiceTest, K38AHooksSpecIsWhatItSaysNow) {
  HookFields fields = SomeFields("Newer");
  fields.labels = {"gpu"};
  fields.timeout_seconds = 120;
  fields.stall_timeout_seconds = 60;
  fields.max_parallel = 3;
  fields.install_script = "true\n";
  fields.tracked_files = {"Makefile"};
  fields.services = {{"db", "postgres:16", {{"POSTGRES_PASSWORD", "x"}}}};
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  const auto spec = Spec(HookName());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->spec().hook(), HookName());
  EXPECT_EQ(spec->spec().title(), "Newer");
  EXPECT_EQ(spec->spec().image(), "debian:12");
  EXPECT_EQ(spec->spec().script(), "make\n");
  EXPECT_EQ(spec->spec().install_script(), "true\n");
  EXPECT_THAT(spec->spec().tracked_files(), ElementsAre("Makefile"));
  EXPECT_THAT(spec->spec().labels(), ElementsAre("gpu"));
  EXPECT_EQ(spec->spec().timeout_seconds(), 120);
  EXPECT_EQ(spec->spec().stall_timeout_seconds(), 60);
  EXPECT_EQ(spec->spec().max_parallel(), 3);
  ASSERT_EQ(spec->spec().services_size(), 1);
  EXPECT_EQ(spec->spec().services(0).name(), "db");
  EXPECT_EQ(spec->spec().services(0).image(), "postgres:16");
  EXPECT_EQ(spec->spec().services(0).environment().at("POSTGRES_PASSWORD"), "x");

  EXPECT_EQ(Spec(HookName(), "gateway").status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Spec("hooks/1").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(Spec(absl::StrCat(HookName(), "1")).status()), "hook_gone");
  fields.enabled = false;
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  EXPECT_EQ(Reason(Spec(HookName()).status()), "hook_gone");
  fields.enabled = true;
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  ASSERT_TRUE(parts_.hook_store.RemoveHook(hook_, nullptr).ok());
  EXPECT_EQ(Reason(Spec(HookName()).status()), "hook_gone");
}

TEST_F(DeliveryServiceTest, K37RecipientsAreTheOwnerAndMembersWhoGaveAnAddress) {
  v1::ListRecipientsRequest request;
  request.set_parent(Name());
  const auto list = [&](const std::string& service = "build") {
    return Ask(&Stub::ListRecipients, request, Token(service));
  };
  AddMember(project_, 4, Role::kManager);
  AddMember(project_, 5, Role::kMember);
  AddMember(project_, 6, Role::kMember);
  auth_.AddUser(kAnn, 101, "zoe", "zoe@example.com");
  auth_.AddUser(kBob, 102, "bob", "bob@example.com");
  auth_.AddUser(kEve, 103, "eve", "eve@example.com");
  auth_.AddUser(4, 104, "carl", "carl@example.com");
  auth_.AddUser(5, 105, "dora");
  auth_.AddUser(6, 106, "emil", "Bob@example.com");
  const auto recipients = list();
  ASSERT_TRUE(recipients.ok()) << recipients.status();
  std::vector<std::string> addresses;
  for (const auto& one : recipients->recipients()) addresses.push_back(one.email());
  EXPECT_THAT(addresses, ElementsAre("zoe@example.com", "carl@example.com", "bob@example.com"));
  EXPECT_EQ(list("gateway").status().code(), absl::StatusCode::kPermissionDenied);
  request.set_parent("projects/404");
  EXPECT_EQ(list().status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::project
