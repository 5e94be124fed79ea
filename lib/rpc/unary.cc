#include "lib/rpc/unary.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "lib/rpc/metadata.h"
#include "lib/trace/span.h"

namespace kozmic {

std::string BearerOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  if (found == metadata.end()) return "";
  absl::string_view value(found->second.data(), found->second.size());
  if (!absl::ConsumePrefix(&value, "Bearer ")) return "";
  return std::string(value);
}

TraceContext TraceOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(kTraceparent);
  if (found == metadata.end()) return {};
  return FromTraceparent(absl::string_view(found->second.data(), found->second.size()));
}

absl::StatusOr<Caller> AuthenticateCall(const grpc::CallbackServerContext& context,
                                        const Authenticator& authenticator) {
  const std::string bearer = BearerOf(context);
  if (bearer.empty()) return Caller{};
  return authenticator.Authenticate(bearer);
}

grpc::ServerUnaryReactor* UnaryRunner::Run(
    grpc::CallbackServerContext* context, const char* method,
    std::function<absl::Status(const Caller&)> handler) const {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool accepted =
      executor_.Submit([this, context, method, reactor, handler = std::move(handler)] {
        absl::Status status;
        if (context->IsCancelled()) {
          status = absl::CancelledError("the caller has gone");
        } else {
          absl::StatusOr<Caller> caller = AuthenticateCall(*context, authenticator_);
          // Strangers are not to fill anybody's traces.
          const bool known = caller.ok() && caller->kind != Caller::Kind::kAnonymous;
          Span span(known ? TraceOf(*context) : TraceContext(), method, Span::Kind::kServer);
          status = caller.ok() ? handler(*caller) : caller.status();
          span.SetStatus(status);
          LogServerFault(method, status);
        }
        reactor->Finish(ToGrpc(status, *context));
      });
  if (!accepted) {
    reactor->Finish(
        ToGrpc(absl::ResourceExhaustedError("the server is busy; try again"), *context));
  }
  return reactor;
}

void LogServerFault(const char* method, const absl::Status& status) {
  if (absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status)) {
    Log(Severity::kError, "rpc failed", {{"method", method}, {"error", status}});
  }
}

}  // namespace kozmic
