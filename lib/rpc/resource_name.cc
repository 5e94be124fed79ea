#include "lib/rpc/resource_name.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic {
namespace {

bool ParseNumber(absl::string_view text, int64_t* number) {
  return !text.empty() && text.front() != '0' &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, number);
}

}  // namespace

absl::Status ParseName(absl::string_view pattern, absl::string_view name,
                       std::initializer_list<int64_t*> numbers) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> given = absl::StrSplit(name, '/');
  bool fits = wanted.size() == given.size();
  auto number = numbers.begin();
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i].front() == '{' ? ParseNumber(given[i], *number++) : wanted[i] == given[i];
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name.substr(0, 200), "\" is not of the form ", pattern));
}

}  // namespace kozmic
