#ifndef KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_LIST_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::runner {

// One that a .gitmodules names.
struct Submodule {
  std::string name;
  // In the repository, as git writes it: "libs/x".
  std::string path;
  std::string url;
};

// Reads what `git config --list -z` says of a .gitmodules. Anybody may have written that; nothing
// of it but path and url is used, and a name is only a name. FAILED_PRECONDITION, naming the
// submodule, for what git would not take either or what leads out of the repository: a path that is
// absolute, has "..", ".git" or control characters, or is another's too; no path or no url.
absl::StatusOr<std::vector<Submodule>> ReadSubmodules(absl::string_view config);

// Where a project's submodules may be.
struct SubmoduleSite {
  // The project's own repository: http(s):// or ssh://. Only it is fetched with its own URL, and
  // key.
  std::string clone_url;
  // "https://github.com": where all others are fetched from.
  std::string web;
};

// The site of a clone URL. `prefixes`: where this runner may fetch from; the web address of a host
// that is reached by ssh is among them, or https://<host>.
SubmoduleSite SiteOf(const std::string& clone_url, const std::vector<std::string>& prefixes);

// Which repository of the site a .gitmodules means: "owner/name". `parent`: the one that has the
// .gitmodules, which relative URLs are relative to. All of git's ways to write a URL are understood
// but local ones. FAILED_PRECONDITION, for people, when it is of another host or no plain name.
absl::StatusOr<std::string> ResolveSubmodule(absl::string_view url, absl::string_view parent,
                                             const SubmoduleSite& site);

// "owner/name" of a URL; empty when it is none.
std::string RepositoryOf(absl::string_view url);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_SUBMODULE_LIST_H_
