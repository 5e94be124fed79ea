#include "services/runner/network/address_range.h"

#include <arpa/inet.h>

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic::runner {
namespace {

constexpr int kBits = 32;

std::optional<uint32_t> ParseAddress(absl::string_view text) {
  in_addr address;
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

}  // namespace

absl::StatusOr<std::string> ParseAddressRange(absl::string_view text) {
  const size_t slash = text.find('/');
  const absl::string_view address_text = text.substr(0, slash);
  const std::optional<uint32_t> address = ParseAddress(address_text);
  if (!address) return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no IPv4 range"));
  if (slash == absl::string_view::npos) return absl::StrCat(text, "/", kBits);
  const absl::string_view bits_text = text.substr(slash + 1);
  int bits = 0;
  if (!absl::SimpleAtoi(bits_text, &bits) || bits < 0 || bits > kBits ||
      absl::StrCat(bits) != bits_text) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\": the number of bits is not 0 to 32"));
  }
  const uint32_t rest = bits == 0 ? ~uint32_t{0} : (uint64_t{1} << (kBits - bits)) - 1;
  if ((*address & rest) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no range: there are address bits beyond its /", bits));
  }
  return std::string(text);
}

std::vector<std::string> RangesNotPublic() {
  return {"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10", "127.0.0.0/8",
          "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16",
          "198.18.0.0/15",  "224.0.0.0/4",   "240.0.0.0/4"};
}

std::vector<std::string> NameServersIn(absl::string_view resolv_conf) {
  std::vector<std::string> servers;
  for (const absl::string_view line : absl::StrSplit(resolv_conf, '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.size() < 2 || words[0] != "nameserver" || absl::StartsWith(words[1], "127.")) {
      continue;
    }
    if (ParseAddress(words[1])) servers.emplace_back(words[1]);
  }
  return servers;
}

}  // namespace kozmic::runner
