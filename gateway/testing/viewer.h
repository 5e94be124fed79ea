#ifndef KOZMIC_GATEWAY_TESTING_VIEWER_H_
#define KOZMIC_GATEWAY_TESTING_VIEWER_H_

#include <string>

#include "gateway/testing/gateway_fixture.h"
#include "lib/http/raw_client.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// A browser's live stream. Expects that it is given one.
class Viewer {
 public:
  // `headers` say who it is.
  Viewer(int port, const std::string& query, const std::string& headers = kCookie);

  struct Event {
    std::string name, id;
    nlohmann::json data;
  };

  // The next event that is one; an empty name at the end.
  Event Next();
  // Reads log events until `size` bytes of the log are here; each must follow the one before.
  std::string ReadLog(const std::string& log, size_t from, size_t size);
  // Whether the server closes it before the test's deadline.
  bool Ends();

  http::RawClient& client() { return client_; }
  // Of the last log event.
  std::string last_id;

 private:
  http::RawClient client_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_VIEWER_H_
