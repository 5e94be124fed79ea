#ifndef KOZMIC_LIB_POSTGRES_TIMES_H_
#define KOZMIC_LIB_POSTGRES_TIMES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace kozmic {

// A duration as a parameter of exec_params: "$1::interval".
inline std::string Interval(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration), " milliseconds");
}

// A time as a parameter of exec_params: "$1::timestamptz". Exact to the microsecond, as PostgreSQL.
inline std::string Timestamp(absl::Time time) {
  if (time == absl::InfiniteFuture()) return "infinity";
  if (time == absl::InfinitePast()) return "-infinity";
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_TIMES_H_
