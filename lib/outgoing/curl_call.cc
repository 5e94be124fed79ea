#include "lib/outgoing/curl_call.h"

#include <algorithm>
#include <cstdlib>

namespace kozmic {
namespace {

CURL* NewHandle() {
  // Once, for all threads.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* handle = initialised == CURLE_OK ? curl_easy_init() : nullptr;
  // Out of memory.
  if (handle == nullptr) std::abort();
  return handle;
}

}  // namespace

CurlCall::CurlCall(absl::Duration timeout) : handle_(NewHandle()) {
  Set(CURLOPT_ERRORBUFFER, error_.data());
  // Signals would end other threads' calls.
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(timeout)));
  // Whoever checks addresses must see the server's, not that of a proxy in the environment.
  Set(CURLOPT_PROXY, "");
}

CurlCall::~CurlCall() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(recipients_);
}

CURLcode CurlCall::Perform() {
  if (headers_ != nullptr) Set(CURLOPT_HTTPHEADER, headers_);
  if (recipients_ != nullptr) Set(CURLOPT_MAIL_RCPT, recipients_);
  return fault_ == CURLE_OK ? curl_easy_perform(handle_) : fault_;
}

std::string CurlCall::Error(CURLcode code) const {
  std::string text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

long CurlCall::Status() const {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

void CurlCall::Append(curl_slist*& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list, text.c_str());
  if (longer == nullptr) return Note(CURLE_OUT_OF_MEMORY);
  list = longer;
}

}  // namespace kozmic
