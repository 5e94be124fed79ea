#ifndef KOZMIC_TESTS_INSTALLATION_WEBHOOK_SENDER_H_
#define KOZMIC_TESTS_INSTALLATION_WEBHOOK_SENDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/installation/installation.h"

namespace kozmic {

// Sends signed deliveries of pushes straight to the gateway, faster than GitHub's simulator can,
// over a fixed number of connections that are kept, and opened anew when they break.
class WebhookSender {
 public:
  struct Hook {
    // "127.0.0.1:8080"
    std::string gateway;
    // "/_hooks/hook/1/"
    std::string path;
    std::string secret;
    // A push that GitHub sent to it, with marks in place of what differs between pushes: those that
    // are sent are alike.
    std::string body;
    // Where they go: "refs/heads/main".
    std::string ref;
  };

  // Of a project's only hook, which GitHub has sent a push to.
  static absl::StatusOr<Hook> Find(Installation& installation, const std::string& repository);

  struct Sent {
    std::string guid;
    std::string commit;
    // 0: no answer.
    int status = 0;
    absl::Duration time;
  };

  // Sends `count` pushes of commits that `seed` makes different from those of other seeds,
  // in turns to the hooks, which are of one gateway, through `connections` threads; one that is not
  // answered or answered with 5xx is not sent again. `answered` is called for each, from several
  // threads at once.
  static std::vector<Sent> Send(const std::vector<Hook>& hooks, int64_t seed, int count,
                                int connections,
                                const std::function<void(const Sent&)>& answered = {});
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_WEBHOOK_SENDER_H_
