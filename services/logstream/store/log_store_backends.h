#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_

#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/postgres/pool.h"
#include "lib/testing/postgres.h"
#include "services/logstream/archive/directory_object_store.h"
#include "services/logstream/archive/log_archive.h"
#include "services/logstream/store/forwarding_log_store.h"
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

// Every log that is sealed is moved to an archive at once.
struct ArchiveLogBackend final : LogBackend {
  class Store final : public ForwardingLogStore {
   public:
    explicit Store(PostgresLogStore& store) : ForwardingLogStore(store), store_(store) {}

    absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) override {
      absl::StatusOr<LogInfo> sealed = store_.Seal(name, as);
      const auto logs = store_.FindArchivable(0, 100);
      EXPECT_TRUE(logs.ok()) << logs.status();
      for (const auto& log : *logs) {
        const absl::Status archived = store_.Archive(log);
        EXPECT_TRUE(archived.ok()) << archived;
      }
      return sealed;
    }

   private:
    PostgresLogStore& store_;
  };

  ArchiveLogBackend() {
    std::string path = ::testing::TempDir() + "/kozmic-archive-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    folder = path;
    objects.emplace(folder);
    EXPECT_TRUE(objects->Prepare().ok());
    archive.emplace(*objects);
    postgres.emplace(pool, &*archive);
    moving.emplace(*postgres);
  }
  ~ArchiveLogBackend() override { std::filesystem::remove_all(folder); }
  LogStore& store() override { return *moving; }

  PostgresPool pool{{.url = SharedTestPostgres().CreateDatabase("logstream"), .size = 6}};
  std::string folder;
  std::optional<DirectoryObjectStore> objects;
  std::optional<LogArchive> archive;
  std::optional<PostgresLogStore> postgres;
  std::optional<Store> moving;
};

struct LogStoreKind {
  std::string name;
  std::function<std::unique_ptr<LogBackend>()> make;
};

// For tests of what every store promises.
inline auto LogStoreKinds() {
  return ::testing::Values(
      LogStoreKind{"Memory", [] { return std::make_unique<MemoryLogBackend>(); }},
      LogStoreKind{"Postgres", [] { return std::make_unique<PostgresLogBackend>(); }},
      LogStoreKind{"Archive", [] { return std::make_unique<ArchiveLogBackend>(); }});
}
inline std::string LogStoreKindName(const ::testing::TestParamInfo<LogStoreKind>& info) {
  return info.param.name;
}

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_BACKENDS_H_
