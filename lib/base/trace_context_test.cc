#include "lib/base/trace_context.h"

#include <string>

#include "gtest/gtest.h"

namespace kozmic {
namespace {

constexpr char kDelivery[] = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
constexpr char kTrace[] = "72d3162ecc7811e381ab4c9367dc0958";

TEST(TraceContextTest, ATraceIsKnownByGithubsNameOfTheDelivery) {
  EXPECT_EQ(TraceIdOf(kDelivery), kTrace);
  EXPECT_EQ(TraceIdOf("72D3162E-CC78-11E3-81AB-4C9367DC0958"), kTrace);
}

TEST(TraceContextTest, OtherNamesHaveATraceToo) {
  for (const char* name : {"", "g1", "00000000-0000-0000-0000-000000000000", "manual/7"}) {
    EXPECT_TRUE(IsTraceId(TraceIdOf(name))) << name;
    EXPECT_EQ(TraceIdOf(name), TraceIdOf(name));
  }
  EXPECT_NE(TraceIdOf("g1"), TraceIdOf("g2"));
}

TEST(TraceContextTest, AllKnowTheRoot) {
  const TraceContext root = RootOf(kTrace);
  EXPECT_EQ(root.trace_id, kTrace);
  EXPECT_EQ(root.span_id, "81ab4c9367dc0958");
  EXPECT_FALSE(RootOf("").known());
  EXPECT_FALSE(RootOf("72D3162ECC7811E381AB4C9367DC0958").known());
  EXPECT_EQ(RootOf("10000000000000000000000000000000").span_id, "0000000000000001");
}

TEST(TraceContextTest, GoesThroughAHeaderAndBack) {
  const TraceContext context = {kTrace, "00f067aa0ba902b7"};
  const std::string header = ToTraceparent(context);
  EXPECT_EQ(header, "00-72d3162ecc7811e381ab4c9367dc0958-00f067aa0ba902b7-01");
  EXPECT_EQ(FromTraceparent(header).trace_id, context.trace_id);
  EXPECT_EQ(FromTraceparent(header).span_id, context.span_id);
}

TEST(TraceContextTest, WhatIsNoHeaderIsNoTrace) {
  for (const char* text : {"", "00", "01-72d3162ecc7811e381ab4c9367dc0958-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-72d3162ecc7811e381ab4c9367dc0958-0000000000000000-01",
                           "00-72d3162ecc7811e381ab4c9367dc095G-00f067aa0ba902b7-01",
                           "00-72d3162ecc7811e381ab4c9367dc0958-00f067aa0ba902b7-01-more"}) {
    EXPECT_FALSE(FromTraceparent(text).known()) << text;
  }
}

// A job's threads wrote their lines, and called Docker, for nobody.
TEST(TraceContextTest, AThreadForAPartOfTheWorkIsForTheSameTrace) {
  const std::string trace(32, 'a');
  {
    const TraceScope scope(RootOf(trace));
    EXPECT_EQ(AsyncInTrace([] { return CurrentTrace().trace_id; }).get(), trace);
  }
  EXPECT_EQ(AsyncInTrace([] { return CurrentTrace().trace_id; }).get(), "");
}

TEST(TraceContextTest, ScopesNest) {
  EXPECT_FALSE(CurrentTrace().known());
  {
    const TraceScope outer(RootOf(kTrace));
    EXPECT_EQ(CurrentTrace().trace_id, kTrace);
    {
      const TraceScope inner((TraceContext()));
      EXPECT_FALSE(CurrentTrace().known());
    }
    EXPECT_EQ(CurrentTrace().trace_id, kTrace);
  }
  EXPECT_FALSE(CurrentTrace().known());
}

}  // namespace
}  // namespace kozmic
