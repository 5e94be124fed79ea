#include "services/logstream/search/search_index.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/postgres/array.h"
#include "lib/status/macros.h"
#include "services/logstream/search/trigram_filter.h"

namespace kozmic {
namespace {

// More would say no more.
constexpr size_t kMostBitsOfPart = 24;

constexpr char kUnindexed[] =
    "SELECT id, name, indexed, size, indexed_newlines, sealed_at IS NOT NULL FROM logs "
    "WHERE NOT indexed_whole AND name LIKE $1 AND size > indexed ORDER BY id";

// The bits that each of a matcher's parts sets, and all of them in one list.
struct Bits {
  explicit Bits(const LineMatcher& matcher) {
    for (const std::string& part : matcher.parts()) {
      std::vector<uint32_t> bits = TrigramFilter::BitsOf(part);
      // From all over the part.
      const size_t step = (bits.size() + kMostBitsOfPart - 1) / kMostBitsOfPart;
      std::vector<size_t> places;
      for (size_t i = 0; i < bits.size(); i += step) {
        places.push_back(all.size());
        all.push_back(static_cast<int64_t>(bits[i]));
      }
      of_part.push_back(std::move(places));
    }
  }

  // Whether a text may match that has a bit when `has` says so of its place in `all`.
  template <typename Has>
  bool MayMatch(const LineMatcher& matcher, const Has& has) const {
    std::vector<int> parts;
    for (size_t i = 0; i < of_part.size(); ++i) {
      if (std::all_of(of_part[i].begin(), of_part[i].end(), has)) {
        parts.push_back(static_cast<int>(i));
      }
    }
    return matcher.MayMatch(parts);
  }

  std::vector<int64_t> all;
  // Places in `all`.
  std::vector<std::vector<size_t>> of_part;
};

bool HasBit(absl::string_view bytes, size_t bit) {
  return (static_cast<uint8_t>(bytes[bit / 8]) >> (bit % 8) & 1) != 0;
}

// The blocks whose filters do not rule the matcher out.
std::vector<int64_t> FindBlocks(pqxx::transaction_base& tx, const std::string& project,
                                const LineMatcher& matcher) {
  const Bits bits(matcher);
  const std::string wanted = ToArray(bits.all);
  std::vector<int64_t> blocks, groups, columns;
  for (const pqxx::row& row : tx.exec_params(
           "SELECT id, (SELECT string_agg(substr(matrix, bit * $3 + 1, $3), ''::bytea "
           "    ORDER BY place) FROM unnest($2::int[]) WITH ORDINALITY AS b (bit, place)) "
           "FROM search_groups WHERE log_prefix = $1",
           project, wanted, static_cast<int>(FilterMatrix::kRowBytes))) {
    const std::string rows = FromBytea(row[1]);
    for (size_t column = 0; column < FilterMatrix::kColumns; ++column) {
      const bool may = bits.MayMatch(matcher, [&](size_t place) {
        return HasBit(rows, place * FilterMatrix::kColumns + column);
      });
      if (!may) continue;
      groups.push_back(row[0].as<int64_t>());
      columns.push_back(static_cast<int64_t>(column));
    }
  }
  for (const pqxx::row& row : tx.exec_params(
           "SELECT b.id FROM unnest($1::bigint[], $2::bigint[]) AS found (group_id, group_column) "
           "JOIN search_blocks b USING (group_id, group_column)",
           ToArray(groups), ToArray(columns))) {
    blocks.push_back(row[0].as<int64_t>());
  }
  // Each filter is fetched from where it lies once.
  for (const pqxx::row& row : tx.exec_params(
           "SELECT id, (SELECT string_agg(substr(bytes, bit / 8 + 1, 1), ''::bytea ORDER BY place) "
           "  FROM unnest($2::int[]) WITH ORDINALITY AS b (bit, place)) "
           "FROM (SELECT id, filter || ''::bytea AS bytes FROM search_blocks "
           "  WHERE log_prefix = $1 AND group_id IS NULL OFFSET 0) AS loose",
           project, wanted)) {
    const std::string bytes = FromBytea(row[1]);
    const bool may = bits.MayMatch(matcher, [&](size_t place) {
      return HasBit(bytes, place * 8 + static_cast<size_t>(bits.all[place] % 8));
    });
    if (may) blocks.push_back(row[0].as<int64_t>());
  }
  return blocks;
}

SearchIndex::Unindexed UnindexedOf(const pqxx::row& row) {
  return {.part = {.log_id = row[0].as<int64_t>(),
                   .log = row[1].c_str(),
                   .begin = row[2].as<int64_t>(),
                   .end = row[3].as<int64_t>(),
                   .newlines = row[4].as<int64_t>()},
          .sealed = row[5].as<bool>()};
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SearchIndex::ProjectsToIndex() {
  std::vector<std::string> projects;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    projects.clear();
    // Of a log that still grows, only what makes a block by itself: its last line may not be whole.
    for (const pqxx::row& row : tx.exec_params(
             "SELECT split_part(name, '-', 1) FROM logs WHERE NOT indexed_whole AND size > indexed "
             "  AND (sealed_at IS NOT NULL OR size - indexed >= $1) "
             "GROUP BY 1 HAVING sum(size - indexed) >= $1",
             2 * kBlockBytes)) {
      projects.emplace_back(row[0].c_str());
    }
    return absl::OkStatus();
  }));
  return projects;
}

absl::StatusOr<std::vector<SearchIndex::Unindexed>> SearchIndex::FindUnindexed(
    const std::string& project) {
  std::vector<Unindexed> unindexed;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    unindexed.clear();
    for (const pqxx::row& row : tx.exec_params(kUnindexed, project + "-%")) {
      unindexed.push_back(UnindexedOf(row));
    }
    return absl::OkStatus();
  }));
  return unindexed;
}

absl::StatusOr<bool> SearchIndex::AddBlock(const std::string& project,
                                           const std::vector<Addition>& additions,
                                           const std::string& filter) {
  std::vector<int64_t> logs, begins, ends, newlines, newlines_after;
  std::vector<bool> wholes;
  for (const Addition& addition : additions) {
    logs.push_back(addition.part.log_id);
    begins.push_back(addition.part.begin);
    ends.push_back(addition.part.end);
    newlines.push_back(addition.part.newlines);
    newlines_after.push_back(addition.newlines_after);
    wholes.push_back(addition.whole);
  }
  const absl::Status status = pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const auto advanced =
        tx.exec_params(
              "UPDATE logs l SET indexed = n.indexed_to, indexed_newlines = n.newlines_after, "
              "  indexed_whole = n.whole "
              "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[]) "
              "  AS n (log_id, begin_at, indexed_to, newlines_after, whole) "
              "WHERE l.id = n.log_id AND l.indexed = n.begin_at",
              ToArray(logs), ToArray(begins), ToArray(ends), ToArray(newlines_after),
              ToArray(wholes))
            .affected_rows();
    if (advanced != additions.size()) return absl::AlreadyExistsError("indexed meanwhile");
    const pqxx::row block = tx.exec_params1(
        "INSERT INTO search_blocks (log_prefix, filter) VALUES ($1, $2) RETURNING id", project,
        ToBytea(filter));
    tx.exec_params0(
        "INSERT INTO search_pieces (log_id, start_offset, end_offset, newlines_before, block_id) "
        "SELECT n.*, $5::bigint FROM "
        "  unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n",
        ToArray(logs), ToArray(begins), ToArray(ends), ToArray(newlines), block[0].as<int64_t>());
    return absl::OkStatus();
  });
  if (absl::IsAlreadyExists(status)) return false;
  KOZMIC_RETURN_IF_ERROR(status);
  return true;
}

absl::StatusOr<bool> SearchIndex::Group(const std::string& project) {
  bool grouped = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
    grouped = false;
    const pqxx::result rows = tx.exec_params(
        "SELECT id, filter FROM search_blocks WHERE log_prefix = $1 AND group_id IS NULL "
        "ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED",
        project, static_cast<int>(FilterMatrix::kColumns));
    if (static_cast<size_t>(rows.size()) < FilterMatrix::kColumns) return absl::OkStatus();
    std::vector<std::string> filters;
    std::vector<int64_t> blocks;
    for (const pqxx::row& row : rows) {
      blocks.push_back(row[0].as<int64_t>());
      filters.push_back(FromBytea(row[1]));
    }
    const pqxx::row group = tx.exec_params1(
        "INSERT INTO search_groups (log_prefix, matrix) VALUES ($1, $2) RETURNING id", project,
        ToBytea(FilterMatrix::Transpose(filters)));
    tx.exec_params0(
        "UPDATE search_blocks b SET filter = NULL, group_id = $2, group_column = n.place - 1 "
        "FROM unnest($1::bigint[]) WITH ORDINALITY AS n (id, place) WHERE b.id = n.id",
        ToArray(blocks), group[0].as<int64_t>());
    grouped = true;
    return absl::OkStatus();
  }));
  return grouped;
}

absl::StatusOr<std::vector<LogPart>> SearchIndex::FindCandidates(const std::string& project,
                                                                 const LineMatcher& matcher) {
  std::vector<LogPart> parts;
  // In one snapshot: what moves into the index meanwhile is in one of the two places.
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
    parts.clear();
    tx.exec0("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const pqxx::row& row :
         tx.exec_params("SELECT p.log_id, l.name, p.start_offset, p.end_offset, p.newlines_before "
                        "FROM search_pieces p JOIN logs l ON l.id = p.log_id "
                        "WHERE p.block_id = ANY($1::bigint[])",
                        ToArray(FindBlocks(tx, project, matcher)))) {
      parts.push_back({.log_id = row[0].as<int64_t>(),
                       .log = row[1].c_str(),
                       .begin = row[2].as<int64_t>(),
                       .end = row[3].as<int64_t>(),
                       .newlines = row[4].as<int64_t>()});
    }
    for (const pqxx::row& row : tx.exec_params(kUnindexed, project + "-%")) {
      parts.push_back(UnindexedOf(row).part);
    }
    return absl::OkStatus();
  }));
  std::sort(parts.begin(), parts.end(), [](const LogPart& one, const LogPart& other) {
    return std::pair(-one.log_id, one.begin) < std::pair(-other.log_id, other.begin);
  });
  return parts;
}

}  // namespace kozmic
