#ifndef KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
#define KOZMIC_GATEWAY_LOG_DOWNLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/backends.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Each download takes a worker for as long as the client takes for the bytes; the workers left over
// are for webhooks and pages. A session may have as many as a browser has connections.
inline constexpr size_t kMostDownloads = 16;
inline constexpr size_t kMostDownloadsOfOne = 6;

// Answers with a log's stored bytes from `offset` to what is stored now, exactly as they are. The
// caller has checked that the user may see the log. A break on the way cuts the answer short of its
// Content-Length, so that no client takes it for whole. 503 when there is no place for `session` in
// `downloads`, which outlives the answer.
void DownloadLog(const Backends& backends, const std::string& log, int64_t offset,
                 http::Admission& downloads, const std::string& session, http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
