#include "services/build/row_times.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace kozmic::build {

std::string Micros(const std::string& column) {
  return absl::StrCat("(extract(epoch from ", column, ") * 1000000)::bigint");
}

void SetTime(const pqxx::field& field, google::protobuf::Timestamp* time) {
  const auto micros = field.as<int64_t>();
  time->set_seconds(micros / 1000000);
  time->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
}

}  // namespace kozmic::build
