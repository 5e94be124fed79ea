#include "lib/http/forwarded.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kozmic::http {
namespace {

constexpr char kHeader[] = "X-Forwarded-For";

bool IsProxy(absl::string_view text, const AddressRules& proxies) {
  const auto address = IpAddress::Parse(text);
  return address.ok() && proxies.IsNamed(*address);
}

}  // namespace

std::string ClientOf(const std::string& peer, const httplib::Headers& headers,
                     const AddressRules& proxies) {
  if (!proxies.names_any() || !IsProxy(peer, proxies)) return peer;
  // Several headers of that name are one list.
  std::string list;
  const auto [begin, end] = headers.equal_range(kHeader);
  for (auto header = begin; header != end; ++header) absl::StrAppend(&list, ",", header->second);
  const std::vector<absl::string_view> addresses =
      absl::StrSplit(list, ',', absl::SkipWhitespace());
  std::string client = peer;
  for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
    const absl::string_view text = absl::StripAsciiWhitespace(*address);
    if (!IpAddress::Parse(text).ok()) return client;
    client = std::string(text);
    if (!IsProxy(text, proxies)) return client;
  }
  return client;
}

}  // namespace kozmic::http
