#ifndef KOZMIC_LIB_STATUS_MACROS_H_
#define KOZMIC_LIB_STATUS_MACROS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Leaves the function with the status of `expression` unless it is OK.
#define KOZMIC_RETURN_IF_ERROR(expression)                                                    \
  do {                                                                                        \
    if (absl::Status kozmic_status = (expression); !kozmic_status.ok()) return kozmic_status; \
  } while (false)

// Assigns the value of a StatusOr expression, or leaves the function with its status:
//   KOZMIC_ASSIGN_OR_RETURN(auto user, store.GetUser(id));
#define KOZMIC_ASSIGN_OR_RETURN(target, expression) \
  KOZMIC_ASSIGN_OR_RETURN_(KOZMIC_CONCAT_(kozmic_status_or_, __LINE__), target, expression)

// NOLINTBEGIN(bugprone-macro-parentheses): these are names that are declared, not values.
#define KOZMIC_ASSIGN_OR_RETURN_(temporary, target, expression) \
  auto temporary = (expression);                                \
  if (!temporary.ok()) return std::move(temporary).status();    \
  target = *std::move(temporary)
// NOLINTEND(bugprone-macro-parentheses)

#define KOZMIC_CONCAT_(a, b) KOZMIC_CONCAT_INNER_(a, b)
#define KOZMIC_CONCAT_INNER_(a, b) a##b

#endif  // KOZMIC_LIB_STATUS_MACROS_H_
