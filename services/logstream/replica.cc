#include "services/logstream/replica.h"

#include "lib/status/macros.h"

namespace kozmic {
namespace {

// Together not more than the store's pool has connections, with one each to spare for the sweeper
// and the indexer.
constexpr size_t kStreamThreads = 8;
constexpr size_t kUnaryThreads = 3;
constexpr size_t kSearchThreads = 2;
constexpr size_t kMostWaitingSearches = 64;
constexpr size_t kQueueLimit = 2 * (kMostAppends + kMostTails);

constexpr absl::Duration kGrace = absl::Seconds(3);

}  // namespace

LogReplica::LogReplica(const Options& options, LogStore& store, SearchIndex& index,
                       const Clock& clock, Random& random)
    : appends_(options.most_appends),
      tails_(options.most_tails),
      hub_([this] { sweeper_.Wake(); }),
      sweeper_(store, hub_),
      feed_(
          options.redis, hub_, [this] { sweeper_.Wake(); }, random),
      authenticator_(options.service_key, nullptr),
      access_(options.service_key, authenticator_),
      stream_executor_(kStreamThreads, kQueueLimit),
      unary_executor_(kUnaryThreads, kQueueLimit),
      search_executor_(kSearchThreads, kMostWaitingSearches),
      unary_(unary_executor_, authenticator_),
      search_unary_(search_executor_, authenticator_),
      search_(store, index, clock),
      indexer_(store, index),
      environment_{
          store, hub_, feed_, appends_, tails_, access_, stream_executor_, options.max_log_size},
      service_(environment_, search_, unary_, search_unary_, [this, on_seal = options.on_seal] {
        indexer_.Wake();
        if (on_seal) on_seal();
      }) {}

absl::StatusOr<std::unique_ptr<LogReplica>> LogReplica::Start(const Options& options,
                                                              LogStore& store, SearchIndex& index,
                                                              const Clock& clock, Random& random) {
  auto replica = std::unique_ptr<LogReplica>(new LogReplica(options, store, index, clock, random));
  KOZMIC_ASSIGN_OR_RETURN(replica->server_, RpcServer::Start(options.listen, {&replica->service_}));
  return replica;
}

LogReplica::~LogReplica() {
  appends_.DrainAll();
  tails_.DrainAll();
  if (server_ != nullptr) server_->Stop(kGrace);
}

}  // namespace kozmic
