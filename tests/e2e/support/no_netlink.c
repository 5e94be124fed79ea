// Preloaded into browsers: none may listen for changes of this machine's addresses. Chromium drops the
// connections that it is making whenever there is one (ERR_NETWORK_CHANGED), and beside these tests
// containers' networks come and go.
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol) {
  if (domain == AF_NETLINK) {
    errno = EAFNOSUPPORT;
    return -1;
  }
  return (int)syscall(SYS_socket, domain, type, protocol);
}
