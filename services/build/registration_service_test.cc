// How machines become runners, and stop being some: RunnerService over gRPC, on a real database.

#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "services/build/registration/runner_credential.h"
#include "services/build/services_fixture.h"

namespace kozmic::build {
namespace {

using runner::v1::RunnerService;
using Stub = RunnerService::Stub;

class RegistrationTest : public ServicesFixture {
 protected:
  struct TokenFor {
    std::string runner = {};
    std::vector<std::string> labels = {};
    absl::Duration lifetime = absl::Hours(1);
  };

  std::string MakeToken(const TokenFor& what) {
    const std::string token = NewCredential(kRegistrationPrefix, random_);
    EXPECT_TRUE(registrations_
                    ->CreateToken({.token_sha256 = Sha256Hex(token),
                                   .display_name = "rack 7",
                                   .runner = what.runner,
                                   .labels = what.labels,
                                   .creator = "ada",
                                   .lifetime = what.lifetime})
                    .ok());
    return token;
  }
  std::string MakeToken() { return MakeToken(TokenFor()); }

  absl::Status Register(const std::string& token, const std::string& runner,
                        const std::string& credential) {
    runner::v1::RegisterRunnerRequest request;
    request.set_token(token);
    request.set_runner(runner);
    request.set_credential_sha256(Sha256Hex(credential));
    return Call(*runners_stub_, &Stub::RegisterRunner, request, "", kTimeout).status();
  }

  absl::Status Rotate(const std::string& bearer, const std::string& next) {
    runner::v1::RotateCredentialRequest request;
    request.set_credential_sha256(Sha256Hex(next));
    return Call(*runners_stub_, &Stub::RotateCredential, request, bearer, kTimeout).status();
  }

  absl::StatusOr<runner::v1::OpenSessionResponse> Open(const std::string& runner,
                                                       const std::string& bearer,
                                                       const std::string& label = "") {
    runner::v1::OpenSessionRequest request;
    request.set_runner(runner);
    request.set_slots(1);
    if (!label.empty()) request.add_labels(label);
    return Call(*runners_stub_, &Stub::OpenSession, request, bearer, kTimeout);
  }

  absl::StatusOr<runner::v1::LeaseJobResponse> LeaseAs(const std::string& session,
                                                       const std::string& bearer,
                                                       absl::Duration timeout = kTimeout) {
    runner::v1::LeaseJobRequest request;
    request.set_session(session);
    request.set_request_id("r");
    return Call(*runners_stub_, &Stub::LeaseJob, request, bearer, timeout);
  }

  std::string NewOne() { return NewCredential(kCredentialPrefix, random_); }
};

TEST_F(RegistrationTest, ATokenLetsOneMachineInWhichThenRunsJobs) {
  const std::string token = MakeToken();
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(token, "rack-7", mine).ok());
  // The answer was lost, and it asks again.
  EXPECT_TRUE(Register(token, "rack-7", mine).ok());

  const auto session = Open("rack-7", mine);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Create(Request("b1")).ok());
  const auto lease = LeaseAs(session->session(), mine);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_TRUE(lease->has_lease());

  // It is used up: for another machine, and for another name.
  const absl::Status again = Register(token, "rack-8", NewOne());
  EXPECT_EQ(Reason(again), "registration_refused") << again;
  EXPECT_EQ(Reason(Register(token, "rack-7", NewOne())), "registration_refused");
}

TEST_F(RegistrationTest, WhatIsNotGoodIsRefused) {
  EXPECT_EQ(Reason(Register("kzj_unknown", "a", NewOne())), "registration_refused");
  EXPECT_TRUE(absl::IsInvalidArgument(Register("kzp_something", "a", NewOne())));
  const std::string old = MakeToken({.lifetime = absl::ZeroDuration()});
  EXPECT_EQ(Reason(Register(old, "a", NewOne())), "registration_refused");
  const std::string named = MakeToken({.runner = "b"});
  EXPECT_EQ(Reason(Register(named, "a", NewOne())), "registration_refused");
  EXPECT_TRUE(Register(named, "b", NewOne()).ok());
  const std::string taken_back = MakeToken();
  ASSERT_TRUE(registrations_->DeleteToken(3).ok());
  EXPECT_EQ(Reason(Register(taken_back, "c", NewOne())), "registration_refused");
  EXPECT_TRUE(absl::IsNotFound(registrations_->DeleteToken(3)));

  EXPECT_TRUE(absl::IsInvalidArgument(Register(MakeToken(), "Not A Name", NewOne())));
  runner::v1::RegisterRunnerRequest request;
  request.set_token("kzj_t");
  request.set_runner("a");
  request.set_credential_sha256("short");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Call(*runners_stub_, &Stub::RegisterRunner, request, "", kTimeout).status()));
}

TEST_F(RegistrationTest, ANameIsOneRunnersAlone) {
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "a", mine).ok());
  EXPECT_EQ(Reason(Register(MakeToken(), "a", NewOne())), "runner_exists");
  // Neither another registered one nor one with the installation's token can play it.
  const std::string other = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "b", other).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(Open("a", other).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Open("a", kRunnerToken).status()));
  EXPECT_TRUE(Open("a", mine).ok());
  // And the other way about.
  ASSERT_TRUE(Open("c", kRunnerToken).ok());
  EXPECT_EQ(Reason(Register(MakeToken(), "c", NewOne())), "runner_exists");
}

TEST_F(RegistrationTest, OfTwoMachinesThatTakeANameAtOnceOneHasIt) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = "clone-" + std::to_string(round);
    std::vector<std::string> tokens = {MakeToken(), MakeToken()};
    std::vector<std::string> credentials = {NewOne(), NewOne()};
    std::vector<absl::Status> results(2);
    std::vector<std::thread> machines;
    for (size_t i = 0; i < 2; ++i) {
      machines.emplace_back([&, i] { results[i] = Register(tokens[i], name, credentials[i]); });
    }
    for (std::thread& machine : machines) machine.join();
    ASSERT_NE(results[0].ok(), results[1].ok()) << results[0] << ", " << results[1];
    const size_t winner = results[0].ok() ? 0 : 1;
    EXPECT_EQ(Reason(results[1 - winner]), "runner_exists");
    EXPECT_TRUE(Open(name, credentials[winner]).ok());
    // The other's token is not used up.
    EXPECT_TRUE(Register(tokens[1 - winner], name + "-other", credentials[1 - winner]).ok());
  }
}

TEST_F(RegistrationTest, ATokensLabelsCountWhateverTheRunnerSays) {
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(MakeToken({.labels = {"trusted"}}), "a", mine).ok());
  const auto session = Open("a", mine, "deploys");
  ASSERT_TRUE(session.ok());
  v1::CreateBuildRequest request = Request("b1");
  request.mutable_jobs(0)->add_labels("deploys");
  ASSERT_TRUE(Create(request).ok());
  const auto none = LeaseAs(session->session(), mine, absl::Seconds(2));
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_FALSE(none->has_lease());
  request = Request("b2");
  request.mutable_jobs(0)->add_labels("trusted");
  ASSERT_TRUE(Create(request).ok());
  const auto lease = LeaseAs(session->session(), mine);
  ASSERT_TRUE(lease.ok());
  EXPECT_TRUE(lease->has_lease());
}

TEST_F(RegistrationTest, ARevokedRunnerIsOutAtOnce) {
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "a", mine).ok());
  const auto session = Open("a", mine);
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(Create(Request("b1")).ok());
  const auto lease = LeaseAs(session->session(), mine);
  ASSERT_TRUE(lease.ok() && lease->has_lease());

  ASSERT_TRUE(registrations_->Revoke("a", "ada").ok());
  // Its credential may be remembered for a while, but its session is over.
  runner::v1::RenewLeasesRequest renew;
  renew.set_session(session->session());
  const auto renewed = Call(*runners_stub_, &Stub::RenewLeases, renew, mine, kTimeout);
  EXPECT_EQ(Reason(renewed.status()), "stale_session") << renewed.status();
  EXPECT_TRUE(absl::IsPermissionDenied(Open("a", mine).status()));
  EXPECT_FALSE(Rotate(mine, NewOne()).ok());
  // Whoever does not remember it does not know it.
  const RunnerAuthenticator another_replica(kRunnerToken, *registrations_, clock_, services_);
  EXPECT_TRUE(absl::IsUnauthenticated(another_replica.Authenticate(mine).status()));
  // What it had is dealt with as that of a lost runner.
  const auto lost = leases_->TakeLost(10, absl::Hours(1));
  ASSERT_TRUE(lost.ok());
  EXPECT_EQ(lost->size(), 1u);

  EXPECT_TRUE(registrations_->Revoke("a", "ada").ok());
  EXPECT_TRUE(absl::IsNotFound(registrations_->Revoke("nobody", "ada")));
  ASSERT_TRUE(Open("shared", kRunnerToken).ok());
  EXPECT_EQ(Reason(registrations_->Revoke("shared", "ada")), "not_registered");
  // The machine may be let in again.
  const std::string anew = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "a", anew).ok());
  EXPECT_TRUE(Open("a", anew).ok());
  EXPECT_FALSE(Open("a", mine).ok());
}

TEST_F(RegistrationTest, ACredentialIsReplacedWhenTheNextIsUsed) {
  const std::string first = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "a", first).ok());
  const std::string second = NewOne();
  EXPECT_TRUE(Rotate(first, second).ok());
  // The answer was lost; both are good until the second is used.
  EXPECT_TRUE(Rotate(first, second).ok());
  EXPECT_TRUE(Open("a", first).ok());
  EXPECT_TRUE(Open("a", second).ok());
  const RunnerAuthenticator another_replica(kRunnerToken, *registrations_, clock_, services_);
  EXPECT_TRUE(absl::IsUnauthenticated(another_replica.Authenticate(first).status()));
  EXPECT_TRUE(another_replica.Authenticate(second).ok());
  // Telling it once more changes nothing.
  EXPECT_TRUE(Rotate(second, second).ok());
  EXPECT_TRUE(another_replica.Authenticate(second).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Rotate(kRunnerToken, NewOne())));
}

TEST_F(RegistrationTest, TheDatabaseHoldsNoTokenAndNoCredential) {
  const std::string token = MakeToken();
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(token, "a", mine).ok());
  ASSERT_TRUE(pool_
                  .Transact([&](pqxx::work& tx) {
                    for (const char* table : {"registration_tokens", "runner_credentials"}) {
                      const std::string rows =
                          tx.exec1(std::string("SELECT string_agg(t::text, ' ') FROM ") + table +
                                   " t")[0]
                              .c_str();
                      EXPECT_EQ(rows.find(token), std::string::npos);
                      EXPECT_EQ(rows.find(mine), std::string::npos);
                      EXPECT_NE(rows.find("a"), std::string::npos);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(RegistrationTest, WithoutAnInstallationsTokenOnlyRegisteredOnesComeIn) {
  const RunnerAuthenticator authenticator("", *registrations_, clock_, services_);
  EXPECT_TRUE(absl::IsUnauthenticated(authenticator.Authenticate("anything").status()));
  const std::string mine = NewOne();
  ASSERT_TRUE(Register(MakeToken(), "a", mine).ok());
  const auto caller = authenticator.Authenticate(mine);
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->name, "a");
}

}  // namespace
}  // namespace kozmic::build
