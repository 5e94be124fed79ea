#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_

#include <functional>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "lib/postgres/pool.h"
#include "lib/testing/postgres.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/store/memory_log_store.h"
#include "services/logstream/store/postgres_log_store.h"

namespace kozmic {

// A store and what it needs.
struct LogBackend {
  virtual ~LogBackend() = default;
  virtual LogStore& store() = 0;
};

struct MemoryLogBackend final : LogBackend {
  LogStore& store() override { return memory; }
  MemoryLogStore memory;
};

struct PostgresLogBackend final : LogBackend {
  LogStore& store() override { return postgres; }
  PostgresPool pool{{.url = SharedTestPostgres().CreateDatabase("logstream"), .size = 6}};
  PostgresLogStore postgres{pool};
};

struct LogStoreKind {
  std::string name;
  std::function<std::unique_ptr<LogBackend>()> make;
};

// For tests of what every store promises.
inline auto LogStoreKinds() {
  return ::testing::Values(
      LogStoreKind{"Memory", [] { return std::make_unique<MemoryLogBackend>(); }},
      LogStoreKind{"Postgres", [] { return std::make_unique<PostgresLogBackend>(); }});
}
inline std::string LogStoreKindName(const ::testing::TestParamInfo<LogStoreKind>& info) {
  return info.param.name;
}

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_
