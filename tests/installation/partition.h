#ifndef KOZMIC_TESTS_INSTALLATION_PARTITION_H_
#define KOZMIC_TESTS_INSTALLATION_PARTITION_H_

#include <optional>
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
  // So many of 100 packets are lost, in each direction.
  void Lose(int percent);
  void Heal();

 private:
  void Drop(const std::string& which);
  void Iptables(const std::string& arguments) const;

  // Of the loopback network, this test's alone.
  const std::string address_;
  std::string program_;
  // What is added to the rule that drops packets; none while it is whole.
  std::optional<std::string> rule_;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_PARTITION_H_
