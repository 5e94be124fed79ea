#ifndef KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
#define KOZMIC_GATEWAY_LOG_DOWNLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/backends.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Each download takes a worker for as long as the client takes for the bytes; the workers left over
// are for webhooks and pages. A session may have as many as a browser has connections.
inline constexpr size_t kMostDownloads = 16;
inline constexpr size_t kMostDownloadsOfOne = 6;

struct LogDownload {
  // logs/…
  std::string log;
  // Where the answer begins: at this byte, or, when it is not 0, with this line, as TailLog counts.
  int64_t offset = 0;
  int64_t line = 0;
};

// Answers with a log's stored bytes from where it is asked for to what is stored now, exactly as
// they are, or with the part of those that a Range header asks for. The caller has checked that the
// user may see the log. A sealed log has an ETag, its SHA-256. A break on the way cuts the answer
// short of its Content-Length, so that no client takes it for whole. 503 when there is no place for
// `session` in `downloads`, which outlives the answer.
void DownloadLog(const Backends& backends, const LogDownload& download, http::Admission& downloads,
                 const std::string& session, http::Exchange& exchange);

// Where the line of a log begins.
absl::StatusOr<int64_t> FindLine(const Backends& backends, const std::string& log, int64_t line);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
