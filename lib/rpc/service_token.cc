#include "lib/rpc/service_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"

namespace kozmic {
namespace {

constexpr absl::string_view kPrefix = "ks1.";

std::string Mac(absl::string_view key, absl::string_view purpose, absl::string_view what) {
  return absl::BytesToHexString(HmacSha256(key, absl::StrCat(purpose, ":", what)));
}

}  // namespace

std::string ServiceToken(absl::string_view service_key, absl::string_view service) {
  return absl::StrCat(kPrefix, service, ".", Mac(service_key, "service", service));
}

std::string CapabilityToken(absl::string_view service_key, absl::string_view purpose,
                            absl::string_view resource) {
  return Mac(service_key, absl::StrCat("capability/", purpose), resource);
}

bool CheckCapabilityToken(absl::string_view service_key, absl::string_view purpose,
                          absl::string_view resource, absl::string_view token) {
  return ConstantTimeEquals(CapabilityToken(service_key, purpose, resource), token);
}

absl::StatusOr<Caller> ServiceTokenAuthenticator::Authenticate(absl::string_view bearer) const {
  if (!absl::StartsWith(bearer, kPrefix)) {
    if (next_ != nullptr) return next_->Authenticate(bearer);
    return absl::UnauthenticatedError("this credential is not known here");
  }
  const absl::string_view rest = bearer.substr(kPrefix.size());
  const absl::string_view service = rest.substr(0, rest.find('.'));
  if (!ConstantTimeEquals(ServiceToken(service_key_, service), bearer)) {
    return absl::UnauthenticatedError("this service token is not good");
  }
  Caller caller;
  caller.kind = Caller::Kind::kService;
  caller.name = std::string(service);
  caller.bearer = std::string(bearer);
  return caller;
}

}  // namespace kozmic
