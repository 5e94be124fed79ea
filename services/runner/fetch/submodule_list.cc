#include "services/runner/fetch/submodule_list.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

constexpr size_t kLongest = 1000;
constexpr size_t kShown = 200;

// For a sentence: in one line, not too long.
std::string Shown(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, kShown)),
                      text.size() > kShown ? "…" : "", "\"");
}

bool IsPlain(absl::string_view text) {
  return !text.empty() && text.size() <= kLongest &&
         std::none_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

bool IsPath(absl::string_view path) {
  if (!IsPlain(path) || path.front() == '-') return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](absl::string_view part) {
    return part.empty() || part == "." || part == ".." || absl::EqualsIgnoreCase(part, ".git");
  });
}

struct Address {
  std::string host;
  // Without slashes around it; not checked.
  std::string path;
};

// Of "user@host:port/path", as far as there is one.
Address Split(absl::string_view text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  absl::string_view authority = text.substr(0, end);
  if (const size_t at = authority.rfind('@'); at != absl::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  authority = authority.substr(0, authority.find(':'));
  absl::string_view path = text.substr(std::min(end + 1, text.size()));
  return {absl::AsciiStrToLower(authority), std::string(path)};
}

// Its host is empty when it is no address of another machine.
Address AddressOf(absl::string_view url) {
  for (const char* scheme : {"https://", "http://", "ssh://", "git+ssh://", "ssh+git://"}) {
    absl::string_view rest = url;
    if (absl::ConsumePrefix(&rest, scheme)) return Split(rest, '/');
  }
  // git@host:owner/name, as scp has it: no slash before the colon.
  const size_t colon = url.find(':');
  const bool scp = colon != absl::string_view::npos && colon > 0 && url.find('/') > colon &&
                   url.front() != '-' && !absl::StrContains(url, "::") &&
                   !absl::StrContains(url, "://");
  return scp ? Split(url, ':') : Address();
}

// "owner/name" of what comes after a host.
absl::StatusOr<std::string> Repository(absl::string_view path) {
  while (absl::ConsumePrefix(&path, "/") || absl::ConsumeSuffix(&path, "/")) {
  }
  absl::ConsumeSuffix(&path, ".git");
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  const bool plain = std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
    return !part.empty() && part != "." && part != ".." && part.front() != '-' &&
           std::all_of(part.begin(), part.end(), [](char c) {
             return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
           });
  });
  if (!plain || path.size() > kLongest) {
    return absl::FailedPreconditionError("it does not name a repository");
  }
  return std::string(path);
}

// ssh.github.com is github.com, by another port.
absl::string_view PlainHost(absl::string_view host) {
  absl::ConsumePrefix(&host, "ssh.");
  return host;
}

}  // namespace

absl::StatusOr<std::vector<Submodule>> ReadSubmodules(absl::string_view config) {
  std::map<std::string, Submodule> by_name;
  for (absl::string_view entry : absl::StrSplit(config, '\0', absl::SkipEmpty())) {
    const size_t line = std::min(entry.find('\n'), entry.size());
    absl::string_view key = entry.substr(0, line);
    const absl::string_view value = entry.substr(std::min(line + 1, entry.size()));
    const size_t dot = key.rfind('.');
    if (!absl::ConsumePrefix(&key, "submodule.") || dot < sizeof("submodule.")) continue;
    const absl::string_view variable = key.substr(key.rfind('.') + 1);
    const std::string name(key.substr(0, key.rfind('.')));
    if (!IsPlain(name)) {
      return absl::FailedPreconditionError(
          absl::StrCat("The submodule ", Shown(name), " has no plain name."));
    }
    Submodule& submodule = by_name[name];
    submodule.name = name;
    if (variable == "path") submodule.path = std::string(absl::StripSuffix(value, "/"));
    if (variable == "url") submodule.url = std::string(value);
  }
  std::vector<Submodule> submodules;
  std::set<std::string> paths;
  for (auto& [name, submodule] : by_name) {
    const auto refuse = [&name = name](absl::string_view what) {
      return absl::FailedPreconditionError(
          absl::StrCat("The submodule ", Shown(name), " in .gitmodules ", what));
    };
    if (submodule.path.empty() || submodule.url.empty()) return refuse("lacks a path or a url.");
    if (!IsPath(submodule.path)) {
      return refuse(absl::StrCat("has the path ", Shown(submodule.path),
                                 ", which is not one in the repository."));
    }
    if (!IsPlain(submodule.url)) {
      return refuse(absl::StrCat("has the url ", Shown(submodule.url), ", which is none."));
    }
    if (!paths.insert(submodule.path).second) {
      return refuse(
          absl::StrCat("has the path ", Shown(submodule.path), ", which is another's too."));
    }
    submodules.push_back(std::move(submodule));
  }
  return submodules;
}

std::string RepositoryOf(absl::string_view url) {
  return Repository(AddressOf(url).path).value_or("");
}

SubmoduleSite SiteOf(const std::string& clone_url, const std::vector<std::string>& prefixes) {
  SubmoduleSite site = {.clone_url = clone_url, .web = ""};
  const Address address = AddressOf(clone_url);
  if (absl::StartsWith(clone_url, "http")) {
    absl::string_view authority = clone_url;
    const size_t begin = authority.find("://") + 3;
    authority = authority.substr(begin, authority.find('/', begin) - begin);
    if (const size_t at = authority.rfind('@'); at != absl::string_view::npos) {
      authority.remove_prefix(at + 1);
    }
    site.web = absl::StrCat(absl::string_view(clone_url).substr(0, begin), authority);
    return site;
  }
  for (const std::string& prefix : prefixes) {
    if (absl::StartsWith(prefix, "http") &&
        PlainHost(AddressOf(prefix).host) == PlainHost(address.host)) {
      site.web = std::string(absl::StripSuffix(prefix, "/"));
      return site;
    }
  }
  site.web = absl::StrCat("https://", PlainHost(address.host));
  return site;
}

absl::StatusOr<std::string> ResolveSubmodule(absl::string_view url, absl::string_view parent,
                                             const SubmoduleSite& site) {
  if (absl::StartsWith(url, "./") || absl::StartsWith(url, "../")) {
    std::vector<absl::string_view> parts = absl::StrSplit(parent, '/');
    while (true) {
      if (absl::ConsumePrefix(&url, "./")) continue;
      if (!absl::ConsumePrefix(&url, "../")) break;
      if (parts.empty()) return absl::FailedPreconditionError("it leads out of its host");
      parts.pop_back();
    }
    parts.push_back(url);
    return Repository(absl::StrJoin(parts, "/"));
  }
  const Address address = AddressOf(url);
  const Address own = AddressOf(site.clone_url);
  if (address.host.empty()) {
    return absl::FailedPreconditionError(
        "only https://, ssh://, git@host: and relative ones are fetched");
  }
  if (PlainHost(address.host) != PlainHost(own.host) && address.host != AddressOf(site.web).host) {
    return absl::FailedPreconditionError(
        absl::StrCat("only submodules at ", PlainHost(own.host), " are fetched"));
  }
  return Repository(address.path);
}

}  // namespace kozmic::runner
