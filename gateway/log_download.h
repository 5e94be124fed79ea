#ifndef KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
#define KOZMIC_GATEWAY_LOG_DOWNLOAD_H_

#include <cstdint>
#include <string>

#include "gateway/backends.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Answers with a log's stored bytes from `offset` to what is stored now, exactly as they are. The
// caller has checked that the user may see the log. A break on the way cuts the answer short of its
// Content-Length, so that no client takes it for whole.
void DownloadLog(const Backends& backends, const std::string& log, int64_t offset,
                 http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_DOWNLOAD_H_
