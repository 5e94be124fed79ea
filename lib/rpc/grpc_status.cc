#include "lib/rpc/grpc_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"

namespace kozmic {
namespace {

constexpr absl::string_view kPrefix = "kozmic-";
// Enough for a sentence; the whole of the metadata is capped at 8 KB by gRPC.
constexpr size_t kLongestMessage = 2048;

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, grpc::ServerContextBase& context) {
  if (status.ok()) return grpc::Status::OK;
  status.ForEachPayload([&](absl::string_view key, const absl::Cord& value) {
    if (absl::StartsWith(key, kPrefix)) {
      context.AddTrailingMetadata(std::string(key), std::string(value));
    }
  });
  const absl::Status told = AsTold(status);
  return grpc::Status(static_cast<grpc::StatusCode>(told.code()), std::string(told.message()));
}

absl::Status AsTold(const absl::Status& error) {
  const bool is_told = !absl::IsInternal(error) && !absl::IsUnknown(error);
  absl::Status told(is_told ? error.code() : absl::StatusCode::kInternal,
                    is_told ? error.message().substr(0, kLongestMessage) : "internal error");
  error.ForEachPayload(
      [&](absl::string_view key, const absl::Cord& value) { told.SetPayload(key, value); });
  return told;
}

absl::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    const absl::string_view name(key.data(), key.size());
    if (absl::StartsWith(name, kPrefix)) {
      result.SetPayload(name, absl::Cord(absl::string_view(value.data(), value.size())));
    }
  }
  return result;
}

}  // namespace kozmic
