#include "services/logstream/store/postgres_log_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"
#include "services/logstream/store/chunk_codec.h"

namespace kozmic {
namespace {

// Bounds a read whose chunks are tiny.
constexpr int kMostChunks = 4096;
constexpr size_t kHashPiece = 1 << 20;
// What one RemoveProject frees: at most so many logs, and of chunks a quarter of a gigabyte.
constexpr int kRemovedLogs = 100;
constexpr int kRemovedChunks = 1000;

// A condition on the log that a statement names as $1. A project is removed by one row, committed
// before its logs are looked for. A log is begun by a statement of its own, and added to or sealed
// by a later one that looks for that row: so either the log is there to be found, or it takes
// nothing.
constexpr char kNotRemoved[] =
    "NOT EXISTS (SELECT FROM removed_projects WHERE log_prefix = split_part($1, '-', 1))";

void Begin(pqxx::nontransaction& tx, const std::string& name) {
  tx.exec_params0("INSERT INTO logs (name) VALUES ($1) ON CONFLICT DO NOTHING", name);
}

// False when the log's size is not the batch's offset, or it takes nothing.
bool AddChunks(pqxx::nontransaction& tx, const std::string& name, const LogBatch& batch) {
  // One statement, and so one commit, for all.
  std::string statement = absl::StrCat(
      "WITH grown AS (UPDATE logs SET size = size + $3, "
      "    newlines = CASE counted WHEN size THEN newlines + $4 END, counted = size + $3 "
      "  WHERE name = $1 AND size = $2 AND sealed_at IS NULL AND ",
      kNotRemoved,
      "  RETURNING id, newlines - $4 AS newlines_before) "
      "INSERT INTO chunks (log_id, start_offset, raw_size, newlines_before, data, times) "
      "SELECT id, n.start_offset, n.raw_size, grown.newlines_before + n.newlines_before, n.data, "
      "  NULLIF(n.times, ''::bytea) FROM grown, (VALUES ");
  std::vector<pqxx::binarystring> values;
  values.reserve(2 * batch.chunks().size());
  for (const LogBatch::Chunk& chunk : batch.chunks()) {
    const size_t next = 5 + values.size();
    absl::StrAppend(&statement, values.empty() ? "(" : ", (", chunk.offset, "::bigint, ",
                    chunk.raw_size, "::bigint, ", chunk.newlines_before, "::bigint, $", next,
                    "::bytea, $", next + 1, "::bytea)");
    values.push_back(ToBytea(chunk.data));
    values.push_back(ToBytea(chunk.times));
  }
  absl::StrAppend(&statement,
                  ") AS n (start_offset, raw_size, newlines_before, data, times) RETURNING 1");
  return !tx.exec_params(statement, name, batch.offset(), batch.end() - batch.offset(),
                         batch.newlines(), pqxx::prepare::make_dynamic_params(values))
              .empty();
}

// The named logs that there are or that are removed.
std::vector<LogInfo> Find(pqxx::transaction_base& tx, const std::vector<std::string>& names) {
  std::vector<LogInfo> infos;
  for (const pqxx::row& row : tx.exec_params(
           "SELECT asked.name, l.size, l.sha256, r.log_prefix IS NOT NULL, l.expired_at "
           "FROM unnest($1::text[]) AS asked (name) LEFT JOIN logs l ON l.name = asked.name "
           "LEFT JOIN removed_projects r ON r.log_prefix = split_part(asked.name, '-', 1) "
           // A first append that was interrupted leaves a row and nothing else.
           "WHERE l.size > 0 OR l.sealed_at IS NOT NULL OR r.log_prefix IS NOT NULL",
           ToArray(names))) {
    LogInfo& info = infos.emplace_back();
    info.name = row[0].c_str();
    info.removed = row[3].as<bool>();
    if (info.removed) continue;
    info.size = row[1].as<int64_t>();
    info.sealed = !row[2].is_null();
    info.sha256 = row[2].as<std::string>("");
    info.expired = !row[4].is_null();
  }
  return infos;
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

// Carries a digest on to the log's first `size` bytes.
template <typename Read>
absl::Status HashUpTo(int64_t size, PrefixDigest& digest, const Read& read) {
  while (digest.size() < size) {
    const auto most = std::min(kHashPiece, static_cast<size_t>(size - digest.size()));
    KOZMIC_ASSIGN_OR_RETURN(const std::string piece, read(digest.size(), most));
    if (piece.empty()) return absl::DataLossError(absl::StrCat("no bytes at ", digest.size()));
    digest.Add(digest.size(), piece);
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const LogInfo& info, const LogStore::SealAs& as) {
  if (as.size && *as.size != info.size) return IncompleteError(info.size, *as.size);
  return absl::OkStatus();
}

absl::Status CheckSha256(const LogInfo& info, const LogStore::SealAs& as) {
  if (!as.sha256.empty() && as.sha256 != info.sha256) return DifferentError(info.sha256, as.sha256);
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
    infos = Find(tx, names);
    return absl::OkStatus();
  }));
  return infos;
}

absl::StatusOr<LogStore::Appended> PostgresLogStore::Add(const std::string& name,
                                                         const LogBatch& batch) {
  if (batch.bytes().empty() || batch.bytes().size() > kCommitBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an append of ", batch.bytes().size(), " bytes"));
  }
  Appended appended;
  const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    // The pool may run this again after a lost connection: the condition on the size makes the
    // second run of a statement that did happen find nothing to do.
    const auto add = [&] { return AddChunks(tx, name, batch); };
    if (add()) {
      appended = {.done = true, .size = batch.end()};
      return absl::OkStatus();
    }
    std::vector<LogInfo> found = Find(tx, {name});
    if (found.empty() && batch.offset() == 0) {
      Begin(tx, name);
      if (add()) {
        appended = {.done = true, .size = batch.end()};
        return absl::OkStatus();
      }
      found = Find(tx, {name});
    }
    const LogInfo info = found.empty() ? LogInfo{} : found.front();
    if (info.removed) return RemovedError(name);
    if (info.sealed) return SealedError(info.size);
    appended = {.done = false, .size = info.size};
    return absl::OkStatus();
  });
  if (Reason(status) == "log_removed") KOZMIC_RETURN_IF_ERROR(Unbegin(name));
  KOZMIC_RETURN_IF_ERROR(status);
  return appended;
}

void PostgresLogStore::Remember(const std::string& name, const LogBatch& batch) {
  digests_.Add(name, batch.offset(), batch.bytes());
}

absl::StatusOr<std::string> PostgresLogStore::Read(const std::string& name, int64_t offset,
                                                   size_t most) {
  // A log is in one of the two places, and moves only from the first to the second.
  std::string bytes;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(bytes, ReadIn(tx, name, offset, most));
    return absl::OkStatus();
  }));
  if (!bytes.empty()) return bytes;
  return FromArchive(name, std::string(), [&] { return archive_->Read(name, offset, most); });
}

template <typename T, typename Ask>
absl::StatusOr<T> PostgresLogStore::FromArchive(const std::string& name, T none, const Ask& ask) {
  KOZMIC_ASSIGN_OR_RETURN(const bool archived, IsArchived(name));
  if (!archived) return none;
  absl::StatusOr<T> answer = ask();
  if (!absl::IsDataLoss(answer.status())) return answer;
  // Or it was removed meanwhile.
  KOZMIC_ASSIGN_OR_RETURN(const bool still_there, IsArchived(name));
  if (!still_there) return none;
  return answer;
}

absl::StatusOr<bool> PostgresLogStore::IsArchived(const std::string& name) {
  bool archived = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    archived = !tx.exec_params("SELECT FROM logs WHERE name = $1 AND archived", name).empty();
    return absl::OkStatus();
  }));
  if (archived && archive_ == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, " is in the archive, and archive_folder is not set"));
  }
  return archived;
}

absl::StatusOr<LinePosition> PostgresLogStore::NearLine(const std::string& name, int64_t newlines) {
  LinePosition position;
  bool found = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    // The line's first byte is behind that many line ends: they end in this chunk or before it.
    const pqxx::result rows = tx.exec_params(
        "SELECT start_offset, newlines_before FROM chunks "
        "WHERE log_id = (SELECT id FROM logs WHERE name = $1) AND newlines_before < $2 "
        "ORDER BY newlines_before DESC, start_offset DESC LIMIT 1",
        name, newlines);
    found = !rows.empty();
    if (found) position = {rows[0][0].as<int64_t>(), rows[0][1].as<int64_t>()};
    return absl::OkStatus();
  }));
  if (found) return position;
  return FromArchive(name, LinePosition(), [&] { return archive_->NearLine(name, newlines); });
}

absl::StatusOr<LogStore::Times> PostgresLogStore::ReadTimes(const std::string& name, int64_t offset,
                                                            size_t most) {
  Times times;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    times = {.next = offset};
    const pqxx::result rows = tx.exec_params(
        "WITH log AS (SELECT id FROM logs WHERE name = $1) "
        "SELECT start_offset, raw_size, times FROM chunks "
        "WHERE log_id = (SELECT id FROM log) AND start_offset + raw_size > $2 AND start_offset >= "
        "  (SELECT max(start_offset) FROM chunks "
        "   WHERE log_id = (SELECT id FROM log) AND start_offset <= $2) "
        "ORDER BY start_offset LIMIT $3",
        name, offset, kMostChunks);
    for (const pqxx::row& row : rows) {
      if (times.marks.marks().size() >= most) break;
      const auto begin = row[0].as<int64_t>();
      if (!row[2].is_null()) {
        KOZMIC_ASSIGN_OR_RETURN(const TimeMarks marks, TimeMarks::Decode(FromBytea(row[2]), begin));
        times.marks.Add(marks);
      }
      times.next = begin + row[1].as<int64_t>();
    }
    return absl::OkStatus();
  }));
  if (times.next > offset) return times;
  return FromArchive(name, times, [&] { return archive_->ReadTimes(name, offset, most); });
}

absl::StatusOr<LogInfo> PostgresLogStore::Seal(const std::string& name, const SealAs& as) {
  KOZMIC_ASSIGN_OR_RETURN(std::vector<LogInfo> found, GetMany({name}));
  LogInfo info = found.empty() ? LogInfo{.name = name} : found.front();
  if (info.removed) return RemovedError(name);
  KOZMIC_RETURN_IF_ERROR(CheckSize(info, as));
  if (info.sealed) {
    KOZMIC_RETURN_IF_ERROR(CheckSha256(info, as));
    return info;
  }

  // The long part without holding the row; what comes meanwhile follows below. Committed bytes do
  // not change, so the digest may be carried on over retries of the transaction.
  PrefixDigest digest = digests_.Take(name);
  KOZMIC_RETURN_IF_ERROR(HashUpTo(
      info.size, digest, [&](int64_t offset, size_t most) { return Read(name, offset, most); }));
  if (found.empty()) {
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      Begin(tx, name);
      return absl::OkStatus();
    }));
  }
  const absl::Status status = pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const pqxx::result rows =
        tx.exec_params(absl::StrCat("SELECT size, sha256 FROM logs WHERE name = $1 AND ",
                                    kNotRemoved, " FOR UPDATE"),
                       name);
    if (rows.empty()) return RemovedError(name);
    info = {.name = name,
            .size = rows[0][0].as<int64_t>(),
            .sealed = !rows[0][1].is_null(),
            .sha256 = rows[0][1].as<std::string>("")};
    KOZMIC_RETURN_IF_ERROR(CheckSize(info, as));
    if (info.sealed) return CheckSha256(info, as);
    KOZMIC_RETURN_IF_ERROR(HashUpTo(info.size, digest, [&](int64_t offset, size_t most) {
      return ReadIn(tx, name, offset, most);
    }));
    info.sealed = true;
    info.sha256 = digest.Hex();
    KOZMIC_RETURN_IF_ERROR(CheckSha256(info, as));
    tx.exec_params0("UPDATE logs SET sealed_at = now(), sha256 = $2 WHERE name = $1", name,
                    info.sha256);
    return absl::OkStatus();
  });
  if (Reason(status) == "log_removed") KOZMIC_RETURN_IF_ERROR(Unbegin(name));
  KOZMIC_RETURN_IF_ERROR(status);
  return info;
}

absl::Status PostgresLogStore::Expire(const std::string& name) {
  bool archived = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
    // First that it is so, then what there is: whoever is interrupted begins again.
    const pqxx::result rows = tx.exec_params(
        "UPDATE logs SET expired_at = coalesce(expired_at, now()), indexed_whole = true "
        "WHERE name = $1 AND sealed_at IS NOT NULL RETURNING id, archived",
        name);
    archived = false;
    if (rows.empty()) return absl::OkStatus();
    const auto id = rows[0][0].as<int64_t>();
    archived = rows[0][1].as<bool>();
    tx.exec_params0("DELETE FROM chunks WHERE log_id = $1", id);
    // A block goes with the last of its lines, a group with the last of its blocks.
    tx.exec_params0(
        "WITH freed AS (DELETE FROM search_pieces WHERE log_id = $1 RETURNING block_id) "
        "DELETE FROM search_blocks b USING (SELECT DISTINCT block_id FROM freed) AS f "
        "WHERE b.id = f.block_id AND NOT EXISTS "
        "  (SELECT FROM search_pieces p WHERE p.block_id = b.id AND p.log_id <> $1)",
        id);
    tx.exec_params0(
        "DELETE FROM search_groups g WHERE log_prefix = split_part($1, '-', 1) AND NOT EXISTS "
        "  (SELECT FROM search_blocks b WHERE b.group_id = g.id)",
        name);
    return absl::OkStatus();
  }));
  if (!archived || archive_ == nullptr) return absl::OkStatus();
  KOZMIC_RETURN_IF_ERROR(archive_->Remove(name));
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("UPDATE logs SET archived = false WHERE name = $1", name);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> PostgresLogStore::RemoveProject(int64_t project) {
  const std::string prefix = absl::StrCat("logs/", project);
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("INSERT INTO removed_projects (log_prefix) VALUES ($1) ON CONFLICT DO NOTHING",
                    prefix);
    return absl::OkStatus();
  }));
  bool nothing_left = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // The order is that of the index: it finds them, and replicas wait for each other in no circle.
    // With the lock, what was being appended is there to be seen.
    const pqxx::result logs = tx.exec_params(
        "SELECT id, name, archived FROM logs WHERE name LIKE $1 ORDER BY name USING ~<~ LIMIT $2 "
        "FOR UPDATE",
        prefix + "-%", kRemovedLogs);
    nothing_left = logs.empty();
    if (nothing_left) {
      tx.exec_params0("DELETE FROM search_blocks WHERE log_prefix = $1", prefix);
      tx.exec_params0("DELETE FROM search_groups WHERE log_prefix = $1", prefix);
      return absl::OkStatus();
    }
    std::string ids = "{";
    for (const pqxx::row& row : logs) {
      // Before their rows, which are all that is known of them.
      if (row[2].as<bool>() && archive_ != nullptr) {
        KOZMIC_RETURN_IF_ERROR(archive_->Remove(row[1].c_str()));
      }
      absl::StrAppend(&ids, ids.size() > 1 ? "," : "", row[0].c_str());
    }
    ids += "}";
    const auto removed =
        tx.exec_params(
              "DELETE FROM chunks c USING (SELECT part.* FROM unnest($1::bigint[]) AS l (id), "
              "  LATERAL (SELECT log_id, start_offset FROM chunks WHERE log_id = l.id "
              "    ORDER BY start_offset LIMIT $2) AS part LIMIT $2) AS part "
              "WHERE c.log_id = part.log_id AND c.start_offset = part.start_offset",
              ids, kRemovedChunks)
            .affected_rows();
    if (removed < kRemovedChunks) {
      tx.exec_params0("DELETE FROM logs WHERE id = ANY($1::bigint[])", ids);
    }
    return absl::OkStatus();
  }));
  return nothing_left;
}

absl::StatusOr<std::vector<PostgresLogStore::Archivable>> PostgresLogStore::FindArchivable(
    int64_t after, int most) {
  std::vector<Archivable> logs;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    logs.clear();
    for (const pqxx::row& row : tx.exec_params(
             "SELECT id, name, sha256 FROM logs WHERE sealed_at IS NOT NULL AND NOT archived "
             "  AND size > 0 AND expired_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
             after, most)) {
      logs.push_back({row[0].as<int64_t>(), row[1].c_str(), row[2].c_str()});
    }
    return absl::OkStatus();
  }));
  return logs;
}

absl::Status PostgresLogStore::Archive(const Archivable& log) {
  const auto read = [&](int64_t offset) -> absl::StatusOr<LogArchive::Piece> {
    LogArchive::Piece piece;
    KOZMIC_ASSIGN_OR_RETURN(piece.bytes, Read(log.name, offset, kChunkBytes));
    const int64_t end = offset + static_cast<int64_t>(piece.bytes.size());
    KOZMIC_ASSIGN_OR_RETURN(const Times times, ReadTimes(log.name, offset, kMostTimes));
    piece.times = times.marks.Slice(offset, end);
    return piece;
  };
  if (const absl::Status written = archive_->Write(log.name, log.sha256, read); !written.ok()) {
    // Removed or expired while it was read?
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<LogInfo> found, GetMany({log.name}));
    const bool is_kept = !found.empty() && !found.front().removed && !found.front().expired;
    return is_kept ? written : absl::OkStatus();
  }
  bool there = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
    there = !tx.exec_params(absl::StrCat("UPDATE logs SET archived = true WHERE name = $1 "
                                         "  AND expired_at IS NULL AND ",
                                         kNotRemoved, " RETURNING id"),
                            log.name)
                 .empty();
    if (there) tx.exec_params0("DELETE FROM chunks WHERE log_id = $1", log.id);
    return absl::OkStatus();
  }));
  return there ? absl::OkStatus() : archive_->Remove(log.name);
}

absl::Status PostgresLogStore::Unbegin(const std::string& name) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM logs WHERE name = $1 AND size = 0 AND sealed_at IS NULL", name);
    return absl::OkStatus();
  });
}

}  // namespace kozmic
