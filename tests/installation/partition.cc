#include "tests/installation/partition.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "lib/process/child_process.h"

namespace kozmic {
namespace {

constexpr absl::Duration kCall = absl::Seconds(30);
constexpr char kHere[] = "127.0.0.1";

std::string OwnAddress() {
  const unsigned number = static_cast<unsigned>(getpid());
  return absl::StrCat("127.77.", number / 250 % 250 + 1, ".", number % 250 + 1);
}

ChildResult Shell(const std::string& command) {
  const auto result =
      RunChild({"/bin/sh", "-c", command}, {"PATH=/usr/sbin:/sbin:/usr/bin:/bin"}, kCall, {});
  return result.ok() ? *result : ChildResult{.exit_code = -1, .output = result.status().ToString()};
}

}  // namespace

Partition::Partition() : address_(OwnAddress()) {
  for (const char* program : {"iptables", "iptables-legacy"}) {
    program_ = program;
    if (Shell(absl::StrCat(program, " -w 10 -t nat -n -L OUTPUT")).exit_code == 0) break;
  }
  Iptables(
      absl::StrCat("-t nat -I OUTPUT -d ", address_, " -p tcp -j DNAT --to-destination ", kHere));
}

Partition::~Partition() {
  Heal();
  Iptables(
      absl::StrCat("-t nat -D OUTPUT -d ", address_, " -p tcp -j DNAT --to-destination ", kHere));
}

std::string Partition::By(const std::string& addresses) const {
  return absl::StrReplaceAll(addresses, {{kHere, address_}});
}

void Partition::Cut() { Drop(""); }

void Partition::Lose(int percent) {
  Drop(absl::StrFormat(" -m statistic --mode random --probability %.2f", percent / 100.0));
}

void Partition::Drop(const std::string& which) {
  Heal();
  // Of both directions it is the address that the connection was made to.
  rule_ = absl::StrCat("INPUT -m conntrack --ctorigdst ", address_, which, " -j DROP");
  Iptables("-I " + *rule_);
}

void Partition::Heal() {
  if (!rule_) return;
  Iptables("-D " + *rule_);
  rule_.reset();
}

void Partition::Iptables(const std::string& arguments) const {
  const ChildResult result = Shell(absl::StrCat(program_, " -w 10 ", arguments));
  if (result.exit_code == 0) return;
  std::fprintf(stderr, "%s %s: %s\n", program_.c_str(), arguments.c_str(), result.output.c_str());
  std::abort();
}

}  // namespace kozmic
