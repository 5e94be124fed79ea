#include "services/logstream/access.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/rpc/service_token.h"

namespace kozmic {
namespace {

constexpr char kPurpose[] = "log-write";
constexpr size_t kLongestId = 150;

absl::Status Denied(const Caller& caller) {
  if (caller.kind == Caller::Kind::kAnonymous) {
    return absl::UnauthenticatedError("a credential is needed");
  }
  return absl::PermissionDeniedError(absl::StrCat(caller.name, " may not do this to a log"));
}

absl::Status BuildOnly(const Caller& caller) {
  return caller.IsService("build") ? absl::OkStatus() : Denied(caller);
}

absl::Status Readers(const Caller& caller) {
  return caller.IsService("gateway") || caller.IsService("build") ? absl::OkStatus()
                                                                  : Denied(caller);
}

}  // namespace

absl::Status LogAccess::WriterOr(absl::string_view log, absl::string_view bearer,
                                 absl::Status (*rule)(const Caller&)) const {
  if (bearer.empty()) return Denied(Caller{});
  if (CheckCapabilityToken(service_key_, kPurpose, log, bearer)) return absl::OkStatus();
  const absl::StatusOr<Caller> caller = authenticator_.Authenticate(bearer);
  return caller.ok() ? rule(*caller) : caller.status();
}

absl::Status LogAccess::MayAppend(absl::string_view log, absl::string_view bearer) const {
  return WriterOr(log, bearer, BuildOnly);
}

absl::Status LogAccess::MayTail(absl::string_view log, absl::string_view bearer) const {
  return WriterOr(log, bearer, Readers);
}

absl::Status LogAccess::MayGet(const Caller& caller) {
  return caller.kind == Caller::Kind::kService ? absl::OkStatus() : Denied(caller);
}

absl::Status LogAccess::MaySeal(const Caller& caller) { return BuildOnly(caller); }

absl::Status LogAccess::MayDelete(const Caller& caller) { return BuildOnly(caller); }

absl::Status CheckLogName(absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, "logs/") && !id.empty() && id.size() <= kLongestId &&
      std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
      })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("log: \"", absl::CHexEscape(name.substr(0, kLongestId)),
                   "\" is not logs/{project}-{build}-{job}-{attempt}"));
}

}  // namespace kozmic
