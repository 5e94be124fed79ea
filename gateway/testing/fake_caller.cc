#include "gateway/testing/fake_caller.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/rpc/service_token.h"

namespace kozmic::gateway {

std::string BearerOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  absl::string_view value(found->second.data(), found->second.size());
  absl::ConsumePrefix(&value, "Bearer ");
  return std::string(value);
}

std::optional<std::string> UserOf(absl::string_view credential) {
  if (!absl::ConsumePrefix(&credential, "session-") && !absl::ConsumePrefix(&credential, "kzp_")) {
    return std::nullopt;
  }
  int number = 0;
  if (!absl::SimpleAtoi(credential.substr(0, credential.find('-')), &number)) return std::nullopt;
  return absl::StrCat("users/", number);
}

bool IsAccessToken(absl::string_view credential) { return absl::StartsWith(credential, "kzp_"); }

bool IsGateway(const grpc::ServerContext& context) {
  return BearerOf(context) == ServiceToken(kTestServiceKey, "gateway");
}

}  // namespace kozmic::gateway
