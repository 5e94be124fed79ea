#include "services/logstream/postgres_log_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/logstream/chunk_codec.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"

namespace kozmic {
namespace {

constexpr char kColumns[] = "name, size, sha256";
// Bounds a read whose chunks are tiny.
constexpr int kMostChunks = 4096;
constexpr size_t kHashPiece = 1 << 20;

LogInfo FromRow(const pqxx::row& row) {
  return {.name = row[0].as<std::string>(),
          .size = row[1].as<int64_t>(),
          .sealed = !row[2].is_null(),
          .sha256 = row[2].as<std::string>("")};
}

std::string ArrayLiteral(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (char c : value) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + '}';
}

absl::StatusOr<std::string> ReadIn(pqxx::transaction_base& tx, const std::string& name,
                                   int64_t offset, size_t most) {
  const int64_t end = offset + static_cast<int64_t>(most);
  // Chunks adjoin, so the chunk that holds `offset` is the last that does not begin after it.
  const pqxx::result rows = tx.exec_params(
      "WITH log AS (SELECT id FROM logs WHERE name = $1) "
      "SELECT start_offset, raw_size, data FROM chunks "
      "WHERE log_id = (SELECT id FROM log) AND start_offset < $3 AND start_offset >= "
      "  (SELECT max(start_offset) FROM chunks "
      "   WHERE log_id = (SELECT id FROM log) AND start_offset <= $2) "
      "ORDER BY start_offset LIMIT $4",
      name, offset, end, kMostChunks);
  std::string bytes;
  for (const pqxx::row& row : rows) {
    const int64_t begin = row[0].as<int64_t>();
    const size_t raw_size = static_cast<size_t>(row[1].as<int>());
    const int64_t expected = offset + static_cast<int64_t>(bytes.size());
    // Beyond the end the last chunk is found.
    if (begin + static_cast<int64_t>(raw_size) <= offset) break;
    if (bytes.empty() ? begin > expected : begin != expected) {
      return absl::DataLossError(absl::StrCat(name, ": chunks leave a gap at ", expected));
    }
    const pqxx::binarystring data(row[2]);
    absl::StatusOr<std::string> chunk = DecompressChunk(
        absl::string_view(reinterpret_cast<const char*>(data.data()), data.size()), raw_size);
    if (!chunk.ok()) return Annotate(chunk.status(), absl::StrCat(name, " at ", begin));
    bytes.append(*chunk, static_cast<size_t>(expected - begin));
  }
  if (bytes.size() > most) bytes.resize(most);
  return bytes;
}

// Carries a digest on from `*hashed` to `size`.
template <typename Read>
absl::Status HashUpTo(int64_t size, int64_t* hashed, Sha256Stream& digest, const Read& read) {
  while (*hashed < size) {
    const auto most = std::min(kHashPiece, static_cast<size_t>(size - *hashed));
    KOZMIC_ASSIGN_OR_RETURN(const std::string piece, read(*hashed, most));
    if (piece.empty()) return absl::DataLossError(absl::StrCat("no bytes at ", *hashed));
    digest.Update(piece);
    *hashed += static_cast<int64_t>(piece.size());
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const LogInfo& info, std::optional<int64_t> size) {
  if (size && *size != info.size) return IncompleteError(info.size, *size);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogInfo> PostgresLogStore::Get(const std::string& name) {
  KOZMIC_ASSIGN_OR_RETURN(std::vector<LogInfo> infos, GetMany({name}));
  if (infos.empty()) return UnknownLogError(name);
  return std::move(infos.front());
}

absl::StatusOr<std::vector<LogInfo>> PostgresLogStore::GetMany(
    const std::vector<std::string>& names) {
  std::vector<LogInfo> infos;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    infos.clear();
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT ", kColumns, " FROM logs WHERE name = ANY ($1::text[]) ",
                          // A first append that was interrupted leaves a row and nothing else.
                          "AND (size > 0 OR sealed_at IS NOT NULL)"),
             ArrayLiteral(names))) {
      infos.push_back(FromRow(row));
    }
    return absl::OkStatus();
  }));
  return infos;
}

absl::StatusOr<LogStore::Appended> PostgresLogStore::Append(const std::string& name, int64_t offset,
                                                            absl::string_view bytes) {
  if (bytes.empty() || bytes.size() > kChunkBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a chunk of ", bytes.size(), " bytes"));
  }
  const std::string data = CompressChunk(bytes);
  const int64_t size = static_cast<int64_t>(bytes.size());
  Appended appended;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    // The pool may run this again after a lost connection: the condition on the size makes the
    // second run of a statement that did happen find nothing to do.
    const auto add = [&] {
      return !tx.exec_params(
                    "WITH grown AS (UPDATE logs SET size = size + $3 "
                    "  WHERE name = $1 AND size = $2 AND sealed_at IS NULL RETURNING id) "
                    "INSERT INTO chunks (log_id, start_offset, raw_size, data) "
                    "SELECT id, $2, $3::bigint, $4::bytea FROM grown RETURNING 1",
                    name, offset, size, ToBytea(data))
                  .empty();
    };
    if (add()) {
      appended = {.done = true, .size = offset + size};
      return absl::OkStatus();
    }
    const auto find = [&] {
      return tx.exec_params(absl::StrCat("SELECT ", kColumns, " FROM logs WHERE name = $1"), name);
    };
    pqxx::result rows = find();
    if (rows.empty() && offset == 0) {
      tx.exec_params0("INSERT INTO logs (name) VALUES ($1) ON CONFLICT DO NOTHING", name);
      if (add()) {
        appended = {.done = true, .size = size};
        return absl::OkStatus();
      }
      rows = find();
    }
    const LogInfo info = rows.empty() ? LogInfo{} : FromRow(rows[0]);
    if (info.sealed) return SealedError(info.size);
    appended = {.done = false, .size = info.size};
    return absl::OkStatus();
  }));
  return appended;
}

absl::StatusOr<std::string> PostgresLogStore::Read(const std::string& name, int64_t offset,
                                                   size_t most) {
  std::string bytes;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(bytes, ReadIn(tx, name, offset, most));
    return absl::OkStatus();
  }));
  return bytes;
}

absl::StatusOr<LogInfo> PostgresLogStore::Seal(const std::string& name,
                                               std::optional<int64_t> size) {
  KOZMIC_ASSIGN_OR_RETURN(std::vector<LogInfo> found, GetMany({name}));
  LogInfo info = found.empty() ? LogInfo{.name = name} : found.front();
  KOZMIC_RETURN_IF_ERROR(CheckSize(info, size));
  if (info.sealed) return info;

  // The long part without holding the row; what comes meanwhile follows below. Committed bytes do
  // not change, so the digest may be carried on over retries of the transaction.
  Sha256Stream digest;
  int64_t hashed = 0;
  KOZMIC_RETURN_IF_ERROR(HashUpTo(info.size, &hashed, digest, [&](int64_t offset, size_t most) {
    return Read(name, offset, most);
  }));
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    tx.exec_params0("INSERT INTO logs (name) VALUES ($1) ON CONFLICT DO NOTHING", name);
    info = FromRow(tx.exec_params1(
        absl::StrCat("SELECT ", kColumns, " FROM logs WHERE name = $1 FOR UPDATE"), name));
    KOZMIC_RETURN_IF_ERROR(CheckSize(info, size));
    if (info.sealed) return absl::OkStatus();
    KOZMIC_RETURN_IF_ERROR(HashUpTo(info.size, &hashed, digest, [&](int64_t offset, size_t most) {
      return ReadIn(tx, name, offset, most);
    }));
    info.sealed = true;
    info.sha256 = digest.Hex();
    tx.exec_params0("UPDATE logs SET sealed_at = now(), sha256 = $2 WHERE name = $1", name,
                    info.sha256);
    return absl::OkStatus();
  }));
  return info;
}

}  // namespace kozmic
