#ifndef KOZMIC_SERVICES_AUTH_CLIENT_REMOTE_AUTHENTICATOR_H_
#define KOZMIC_SERVICES_AUTH_CLIENT_REMOTE_AUTHENTICATOR_H_

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/rpc/caller.h"

namespace kozmic::auth {

// Knows users by asking AuthService whose a credential is. A good answer is kept for as long as
// AuthService allows and, while AuthService cannot be reached, up to 60 s from when it was given.
// Keeps the 10,000 credentials that were used last, hashed. Thread-safe.
class RemoteAuthenticator final : public Authenticator {
 public:
  // `service_token` is the asking service's. `clock` must outlive this.
  RemoteAuthenticator(std::shared_ptr<grpc::Channel> auth_service, std::string service_token,
                      const Clock& clock);

  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

  // Forgets a credential, because its session was just ended here.
  void Forget(absl::string_view bearer);
  // Forgets all credentials of a user ("users/7"), because some of them were just ended here.
  void ForgetUser(absl::string_view name);

 private:
  struct Entry {
    std::string key;
    Caller caller;
    absl::Time answered;
    absl::Time fresh_until;
  };
  using Entries = std::list<Entry>;

  // Null when it is not known; valid while the lock is held.
  const Entry* Find(const std::string& key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(Entry entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(const std::string& key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<v1::AuthService::Stub> stub_;
  const std::string service_token_;
  const Clock& clock_;

  mutable absl::Mutex mutex_;
  // The one used last comes first.
  mutable Entries entries_ ABSL_GUARDED_BY(mutex_);
  mutable std::unordered_map<std::string, Entries::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_CLIENT_REMOTE_AUTHENTICATOR_H_
