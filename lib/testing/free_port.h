#ifndef KOZMIC_LIB_TESTING_FREE_PORT_H_
#define KOZMIC_LIB_TESTING_FREE_PORT_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <random>

namespace kozmic {

// A loopback port that was free a moment ago, for programs that cannot choose one themselves. Below
// those that the kernel gives to outgoing connections (Linux: from 32768 on), since one of another
// test's could take it before the program does; at random, since other tests choose too.
inline int FreePort() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(10000, 32767);
  for (int tries = 0; tries < 1000; ++tries) {
    const int port = ports(random);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    if (free) return port;
  }
  std::abort();
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_FREE_PORT_H_
