#include "lib/outgoing/receiver.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(ReceiverOfTest, LeavesOutWhatMayBeSecret) {
  EXPECT_EQ(ReceiverOf("https://hooks.example.org/services/T0/secret"),
            "https://hooks.example.org");
  EXPECT_EQ(ReceiverOf("https://h:8443?token=secret"), "https://h:8443");
  EXPECT_EQ(ReceiverOf("https://h"), "https://h");
}

}  // namespace
}  // namespace kozmic
