#ifndef KOZMIC_TESTS_INSTALLATION_PARTITION_H_
#define KOZMIC_TESTS_INSTALLATION_PARTITION_H_

#include <string>

namespace kozmic {

// A way to this machine's loopback that can be cut, as a network is: packets then vanish in both
// directions, and no connection ends by that. By rules of iptables that are gone after the
// destructor. Ends the test process with a message when they cannot be made. Not thread-safe.
class Partition {
 public:
  Partition();
  ~Partition();
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  // What is at "127.0.0.1:80", or at several such addresses, by this way.
  std::string By(const std::string& addresses) const;

  void Cut();
  void Heal();

 private:
  void Iptables(const std::string& arguments) const;

  // Of the loopback network, this test's alone.
  const std::string address_;
  std::string program_;
  bool cut_ = false;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_PARTITION_H_
