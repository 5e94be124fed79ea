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
  class Store final : public LogStore {
   public:
    explicit Store(PostgresLogStore& store) : store_(store) {}

    absl::StatusOr<LogInfo> Get(const std::string& name) override { return store_.Get(name); }
    absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) override {
      return store_.GetMany(names);
    }
    absl::StatusOr<Appended> Append(const std::string& name, int64_t offset,
                                    absl::string_view bytes, const TimeMarks& times) override {
      return store_.Append(name, offset, bytes, times);
    }
    absl::StatusOr<std::string> Read(const std::string& name, int64_t offset,
                                     size_t most) override {
      return store_.Read(name, offset, most);
    }
    absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) override {
      return store_.NearLine(name, newlines);
    }
    absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) override {
      return store_.ReadTimes(name, offset, most);
    }
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
    absl::Status Expire(const std::string& name) override { return store_.Expire(name); }
    absl::StatusOr<bool> RemoveProject(int64_t project) override {
      return store_.RemoveProject(project);
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
