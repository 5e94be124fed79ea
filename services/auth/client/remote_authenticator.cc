#include "services/auth/client/remote_authenticator.h"

#include <iterator>
#include <utility>

#include "lib/crypto/digest.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"

namespace kozmic::auth {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(2);
// How long an answer serves while AuthService is away.
constexpr absl::Duration kStaleFor = absl::Seconds(60);
constexpr size_t kMostEntries = 10000;

}  // namespace

RemoteAuthenticator::RemoteAuthenticator(std::shared_ptr<grpc::Channel> auth_service,
                                         std::string service_token, const Clock& clock)
    : stub_(v1::AuthService::NewStub(std::move(auth_service))),
      service_token_(std::move(service_token)),
      clock_(clock) {}

absl::StatusOr<Caller> RemoteAuthenticator::Authenticate(absl::string_view bearer) const {
  const std::string key = Sha256(bearer);
  const auto with_bearer = [&](Caller caller) {
    caller.bearer = std::string(bearer);
    return caller;
  };
  {
    absl::MutexLock lock(&mutex_);
    const Entry* known = Find(key);
    if (known != nullptr && clock_.Now() < known->fresh_until) return with_bearer(known->caller);
  }

  v1::AuthenticateRequest request;
  request.set_credential(std::string(bearer));
  const auto answer =
      Call(*stub_, &v1::AuthService::Stub::Authenticate, request, service_token_, kCallTimeout);
  const absl::Time now = clock_.Now();

  absl::MutexLock lock(&mutex_);
  if (answer.ok()) {
    Caller caller;
    caller.kind = Caller::Kind::kUser;
    caller.name = answer->user().name();
    caller.admin = answer->is_admin();
    caller.by_access_token = answer->is_access_token();
    Keep({.key = key,
          .caller = caller,
          .answered = now,
          .fresh_until = now + absl::Seconds(answer->cache_seconds())});
    return with_bearer(std::move(caller));
  }
  if (absl::IsUnauthenticated(answer.status())) {
    Drop(key);
    // AuthService's own words: they tell an access token from a session.
    return absl::UnauthenticatedError(answer.status().message());
  }
  if (absl::IsInvalidArgument(answer.status())) {
    return absl::UnauthenticatedError("this is no credential of Kozmic CI; sign in");
  }
  const Entry* known = Find(key);
  if (known != nullptr && now < known->answered + kStaleFor) return with_bearer(known->caller);
  return absl::UnavailableError("the sign-in service cannot be reached; try again");
}

void RemoteAuthenticator::Forget(absl::string_view bearer) {
  const std::string key = Sha256(bearer);
  absl::MutexLock lock(&mutex_);
  Drop(key);
}

void RemoteAuthenticator::ForgetUser(absl::string_view name) {
  absl::MutexLock lock(&mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->caller.name == name) Drop(std::string(entry->key));
    entry = next;
  }
}

const RemoteAuthenticator::Entry* RemoteAuthenticator::Find(const std::string& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &*found->second;
}

void RemoteAuthenticator::Keep(Entry entry) const {
  Drop(entry.key);
  if (entries_.size() >= kMostEntries) Drop(std::string(entries_.back().key));
  entries_.push_front(std::move(entry));
  by_key_[entries_.front().key] = entries_.begin();
}

void RemoteAuthenticator::Drop(const std::string& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  entries_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace kozmic::auth
