#ifndef KOZMIC_LIB_OUTGOING_CURL_CALL_H_
#define KOZMIC_LIB_OUTGOING_CURL_CALL_H_

#include <curl/curl.h>

#include <array>
#include <string>

#include "absl/time/time.h"

namespace kozmic {

// One call to another machine by libcurl, on a connection of its own, which knows of no proxy.
// Options are set, then it is performed, once. Not thread-safe; any number of calls may be made at
// once.
class CurlCall {
 public:
  // `timeout` is of the whole call.
  explicit CurlCall(absl::Duration timeout);
  ~CurlCall();
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  // `value` is of the type that libcurl demands. A refused option makes Perform fail.
  template <typename Value>
  void Set(CURLoption option, Value value) {
    Note(curl_easy_setopt(handle_, option, value));
  }
  void Set(CURLoption option, const std::string& value) { Set(option, value.c_str()); }
  // The line must not be ended.
  void AddHeader(const std::string& line) { Append(headers_, line); }
  void AddMailRecipient(const std::string& address) { Append(recipients_, address); }

  CURLcode Perform();
  // Of a call that failed: what libcurl says. One line.
  std::string Error(CURLcode code) const;
  // The last answer's status; 0 when there was none.
  long Status() const;

  CURL* handle() { return handle_; }

 private:
  void Note(CURLcode code) {
    if (fault_ == CURLE_OK) fault_ = code;
  }
  void Append(curl_slist*& list, const std::string& text);

  CURL* const handle_;
  CURLcode fault_ = CURLE_OK;
  curl_slist* headers_ = nullptr;
  curl_slist* recipients_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_ = {};
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_OUTGOING_CURL_CALL_H_
