#ifndef KOZMIC_SERVICES_BUILD_ROW_TIMES_H_
#define KOZMIC_SERVICES_BUILD_ROW_TIMES_H_

#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// SQL: a timestamp column as whole microseconds since 1970, for SetTime and TimeFromMicros.
std::string Micros(const std::string& column);

// From such a column, which is not NULL.
void SetTime(const pqxx::field& field, google::protobuf::Timestamp* time);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ROW_TIMES_H_
