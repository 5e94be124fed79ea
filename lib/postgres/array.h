#ifndef KOZMIC_LIB_POSTGRES_ARRAY_H_
#define KOZMIC_LIB_POSTGRES_ARRAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "pqxx/pqxx"

namespace kozmic {

// Lists as parameters of exec_params ("$1::bigint[]", "$1::boolean[]", "$1::text[]"): one parameter
// for any number of values, often read with unnest().
std::string ToArray(const std::vector<int64_t>& values);
std::string ToArray(const std::vector<bool>& values);
// Values are UTF-8 without NUL, as in any text parameter.
std::string ToArray(const std::vector<std::string>& values);

// A column of type text[] without nulls; nothing for NULL.
std::vector<std::string> TextsFromArray(const pqxx::field& field);

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_ARRAY_H_
