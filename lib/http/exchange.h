#ifndef KOZMIC_LIB_HTTP_EXCHANGE_H_
#define KOZMIC_LIB_HTTP_EXCHANGE_H_

#include <httplib.h>

#include <functional>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/socket.h"
#include "lib/http/target.h"

namespace kozmic::http {

// Values of a route pattern's variables, by name.
using PathVariables = std::map<std::string, std::string, std::less<>>;

// A socket that has left the server, with whom it belongs to.
struct DetachedSocket {
  UniqueFd fd;
  std::string client_ip;
};

// One request and its answer, as a handler sees them. Lives for the duration of the handler.
struct Exchange {
  // method, headers, body (complete), version. `path` is the decoded path.
  const httplib::Request& request;
  const Target& target;
  const PathVariables& variables;
  // The other end of the connection, as the kernel tells it: no header can change it.
  const std::string& client_ip;
  // As sent; the request itself no longer has it, so that nothing is compressed on the fly.
  const std::string& accept_encoding;
  // As sent. An answer is whole unless its handler makes it a part.
  const std::string& range;
  const std::string& if_range;
  httplib::Response& response;

  // Set by a handler that knows which trace the request belongs to: the access record says so.
  std::string trace_id = {};

  // Set by a handler that keeps the connection for itself: once the answer's head is sent, which
  // then has neither length nor coding, the socket is given to this function on a server thread.
  // When the head cannot be sent the function is destroyed without being called.
  std::function<void(DetachedSocket)> detach = nullptr;

  const std::string& Variable(absl::string_view name) const { return variables.find(name)->second; }
};

using Handler = std::function<void(Exchange&)>;

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_EXCHANGE_H_
