#ifndef KOZMIC_LIB_RPC_CHANNEL_POLLER_H_
#define KOZMIC_LIB_RPC_CHANNEL_POLLER_H_

#include <thread>

#include "grpcpp/grpcpp.h"

namespace kozmic {

// Lets the process's channels answer their keepalive and connect while no call is under way: gRPC
// has nobody look after them otherwise, so that an idle connection is given up for dead, and is not
// made anew before calls have failed. For processes that serve no rpc themselves; a server's
// threads do the same. One for a process; must outlive its calls.
class ChannelPoller {
 public:
  ChannelPoller() : thread_([this] { Poll(); }) {}
  ~ChannelPoller() {
    queue_.Shutdown();
    thread_.join();
  }
  ChannelPoller(const ChannelPoller&) = delete;
  ChannelPoller& operator=(const ChannelPoller&) = delete;

 private:
  // Nothing is ever put into the queue; who waits for it polls everything.
  void Poll() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  grpc::CompletionQueue queue_;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_CHANNEL_POLLER_H_
