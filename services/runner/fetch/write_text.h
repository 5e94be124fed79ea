#ifndef KOZMIC_SERVICES_RUNNER_FETCH_WRITE_TEXT_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_WRITE_TEXT_H_

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kozmic::runner {

// Makes a file of this text; what was there before is replaced.
inline absl::Status WriteText(const std::string& path, absl::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return absl::InternalError(absl::StrCat("write ", path));
  return absl::OkStatus();
}

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_WRITE_TEXT_H_
