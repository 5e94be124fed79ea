#ifndef KOZMIC_LIB_HTTP_CONNECTION_H_
#define KOZMIC_LIB_HTTP_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "lib/http/admission.h"
#include "lib/http/body_decoder.h"
#include "lib/http/byte_budget.h"
#include "lib/http/request_head.h"
#include "lib/http/router.h"
#include "lib/http/socket.h"
#include "lib/http/target.h"

namespace kozmic::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// A complete request, ready for its handler.
struct ReceivedRequest {
  RequestHead head;
  Target target;
  Router::Match match;
  std::string body;
  SteadyTime started;
};

// One client connection. Owned by exactly one of: the receiver (which reads), a worker (which
// answers); it moves between them.
struct Connection {
  enum class Phase { kIdle, kHead, kBody, kLinger };

  explicit Connection(const HeadLimits& limits) : scanner(limits) {}

  uint64_t id = 0;
  UniqueFd fd;
  // Of the other end, and of whom the request that is at hand is: another when that is a proxy.
  std::string peer;
  std::string ip;
  Admission::Place place;

  // Received and not yet consumed: with pipelining it reaches beyond the current request.
  std::string in;
  Phase phase = Phase::kHead;
  HeadScanner scanner;
  ReceivedRequest request;
  std::optional<BodyDecoder> body;
  // For the body, until the request is answered.
  ByteBudget::Charge charge;
  bool in_epoll = false;
  SteadyTime phase_start;
  // The period over which a body's rate is judged now: when it began, and how much came in it.
  SteadyTime period_start;
  uint64_t period_bytes = 0;
  SteadyTime deadline;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_CONNECTION_H_
