#ifndef KOZMIC_LIB_HTTP_STATIC_FILES_H_
#define KOZMIC_LIB_HTTP_STATIC_FILES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/http/exchange.h"

namespace kozmic::http {

// The files of a folder, read once: what is served cannot be changed, or escaped from, by a path.
// `x.br` and `x.gz` beside a file `x` are its compressed forms, chosen by the client's
// Accept-Encoding. Immutable, hence thread-safe.
class StaticFiles {
 public:
  // All regular files below `folder`; symbolic links and names that start with a dot are left out.
  // NOT_FOUND when there is no such folder, RESOURCE_EXHAUSTED beyond 64 MB.
  static absl::StatusOr<StaticFiles> Load(const std::string& folder);

  // Answers with the file at `path` ("/assets/app.js"), or 304 by its ETag. Files below /assets/
  // never change under their name and are cached for good; others are asked about each time. False,
  // and nothing answered, when there is none. With another `status` than 200 it is the page of an
  // error, which nobody keeps.
  bool Serve(absl::string_view path, Exchange& exchange, int status = 200) const;

 private:
  struct Form {
    std::string body;
    std::string etag;
  };
  struct File {
    Form plain, gzip, brotli;
    const char* type = "";
    bool immutable = false;
  };

  std::map<std::string, File, std::less<>> files_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_STATIC_FILES_H_
