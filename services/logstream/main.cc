#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/postgres/pool.h"
#include "lib/process/process.h"
#include "lib/redis/address.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/logstream/archive/directory_object_store.h"
#include "services/logstream/archive/log_archive.h"
#include "services/logstream/archive/log_archiver.h"
#include "services/logstream/limits.h"
#include "services/logstream/replica.h"
#include "services/logstream/search/search_index.h"
#include "services/logstream/store/postgres_log_store.h"

namespace kozmic {
namespace {

// For the streams, the unary calls, searches, the sweeper, the indexer and the archiver.
constexpr size_t kConnections = 16;

struct Config {
  std::string listen;
  std::string database_url;
  std::string redis_url;
  std::string service_key;
  std::string archive_folder;
  int64_t max_log_size = kDefaultMaxLogSize;
};

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  ReadLogLevel(reader, "logstream");
  reader.Text("listen", &config.listen, {.help = "host:port of the rpc server"});
  reader.Text("database_url", &config.database_url, {.help = "where the logs are kept"});
  reader.Text("redis_url", &config.redis_url, {.help = "redis://[:password@]host:port/database"});
  reader.Secret("service_key", &config.service_key, {.help = "shared by all services"});
  reader.Integer("max_log_size", &config.max_log_size,
                 {.help = "most bytes of one log", .fallback = absl::StrCat(kDefaultMaxLogSize)}, 1,
                 int64_t{1} << 40);
  reader.Text("archive_folder", &config.archive_folder,
              {.help = "where the bytes of sealed logs are moved to from the database, a folder "
                       "that all replicas share; nowhere unless it is set",
               .fallback = ""});
  // All services are given it; here nobody calls but services and writers, who need no account.
  std::string auth_address;
  reader.Text("auth_address", &auth_address, {.help = "not used", .fallback = ""});
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  return config;
}

absl::Status Serve(ConfigReader& reader) {
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  const absl::StatusOr<RedisAddress> redis = ParseRedisUrl(config.redis_url);
  KOZMIC_RETURN_IF_ERROR(Annotate(redis.status(), "configuration: redis_url"));

  SystemRandom random;
  PostgresPool pool({.url = config.database_url, .size = kConnections});
  DirectoryObjectStore objects(config.archive_folder);
  LogArchive archive(objects);
  const bool archives = !config.archive_folder.empty();
  if (archives) {
    KOZMIC_RETURN_IF_ERROR(Annotate(objects.Prepare(), "configuration: archive_folder"));
  }
  PostgresLogStore store(pool, archives ? &archive : nullptr);
  std::optional<LogArchiver> archiver;
  if (archives) archiver.emplace(store);
  SearchIndex index(pool);
  const SystemClock clock;
  KOZMIC_ASSIGN_OR_RETURN(const auto replica,
                          LogReplica::Start({.listen = config.listen,
                                             .service_key = config.service_key,
                                             .redis = *redis,
                                             .max_log_size = config.max_log_size,
                                             .on_seal =
                                                 [&archiver] {
                                                   if (archiver) archiver->Wake();
                                                 }},
                                            store, index, clock, random));
  WaitForTermination();
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "logstream", kozmic::Serve);
}
