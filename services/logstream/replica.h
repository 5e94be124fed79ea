#ifndef KOZMIC_SERVICES_LOGSTREAM_REPLICA_H_
#define KOZMIC_SERVICES_LOGSTREAM_REPLICA_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/redis/address.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "services/logstream/access.h"
#include "services/logstream/limits.h"
#include "services/logstream/log_service.h"
#include "services/logstream/open_streams.h"
#include "services/logstream/search/log_indexer.h"
#include "services/logstream/search/log_search.h"
#include "services/logstream/search/search_index.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/stream_environment.h"
#include "services/logstream/tail/live_feed.h"
#include "services/logstream/tail/sweeper.h"
#include "services/logstream/tail/tail_hub.h"

namespace kozmic {

// One running log service, put together. Any number of them share a store and a Redis.
class LogReplica {
 public:
  struct Options {
    std::string listen;
    std::string service_key;
    RedisAddress redis;
    int64_t max_log_size = kDefaultMaxLogSize;
    size_t most_appends = kMostAppends;
    size_t most_tails = kMostTails;
    // Called after each seal by this replica; must return at once.
    std::function<void()> on_seal = nullptr;
  };

  // Serves when it returns. Nothing is owned.
  static absl::StatusOr<std::unique_ptr<LogReplica>> Start(const Options& options, LogStore& store,
                                                           SearchIndex& index, const Clock& clock,
                                                           Random& random);
  // Tells the callers of streams to come again, then ends.
  ~LogReplica();

  const std::string& address() const { return server_->address(); }

 private:
  LogReplica(const Options& options, LogStore& store, SearchIndex& index, const Clock& clock,
             Random& random);

  OpenStreams appends_;
  OpenStreams tails_;
  TailHub hub_;
  Sweeper sweeper_;
  LiveFeed feed_;
  const ServiceTokenAuthenticator authenticator_;
  const LogAccess access_;
  // Apart, so that neither the sealing of large logs nor a search holds up live ones.
  Executor stream_executor_;
  Executor unary_executor_;
  Executor search_executor_;
  const UnaryRunner unary_;
  const UnaryRunner search_unary_;
  LogSearch search_;
  LogIndexer indexer_;
  StreamEnvironment environment_;
  LogService service_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_REPLICA_H_
