// P18: what a hook's services may be.

#include "services/project/hooks/hook_services.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

using ::testing::HasSubstr;

std::string FaultOf(const std::vector<HookService>& services) {
  const auto clean = CleanServices(services);
  return clean.ok() ? "" : std::string(clean.status().message());
}
std::string FaultOfName(const std::string& name) { return FaultOf({{name, "redis", {}}}); }
std::string FaultOfVariable(const std::string& name, const std::string& value = "x") {
  return FaultOf({{"db", "redis", {{name, value}}}});
}

TEST(HookServicesTest, NamesAreHostNames) {
  for (const std::string& name :
       std::vector<std::string>{"db", "a", "redis-7", "a1", std::string(63, 'a')}) {
    EXPECT_EQ(FaultOfName(name), "") << name;
  }
  for (const std::string& name :
       std::vector<std::string>{"", "DB", "1db", "-db", "db-", "d_b", "d.b", "d b", "d/b", "ü",
                                "db\n--privileged", std::string("d\0b", 3), std::string(64, 'a')}) {
    EXPECT_THAT(FaultOfName(name), HasSubstr("is not a service's name")) << name;
  }
  for (const std::string& name : std::vector<std::string>{"localhost", "kozmic"}) {
    EXPECT_THAT(FaultOfName(name), HasSubstr("must not be called")) << name;
  }
  EXPECT_EQ(FaultOf({{"db", "redis", {}}, {"db", "postgres", {}}}),
            "There are two services of the name \"db\".");
}

TEST(HookServicesTest, ImagesAreImageReferences) {
  EXPECT_EQ(FaultOf({{"db", "registry.example.com:5000/a/b:1", {}}}), "");
  for (const std::string& image : std::vector<std::string>{"", "x; id", "--privileged", "a:b:c"}) {
    EXPECT_THAT(FaultOf({{"db", image, {}}}), HasSubstr("The service \"db\": ")) << image;
  }
}

TEST(HookServicesTest, EnvironmentsAreBounded) {
  for (const std::string& name : std::vector<std::string>{
           "A", "_a1", "discovery.type", "xpack.security.enabled", "A-B", std::string(100, 'A')}) {
    EXPECT_EQ(FaultOfVariable(name, "any = \"value\""), "") << name;
  }
  for (const std::string& name :
       std::vector<std::string>{"", "1A", "A B", "A=B", ".a", "Ä", std::string(101, 'A')}) {
    EXPECT_THAT(FaultOfVariable(name), HasSubstr("is not a variable's name")) << name;
  }
  for (const std::string& value : std::vector<std::string>{std::string("a\0b", 3), "a\nb", "a\r"}) {
    EXPECT_THAT(FaultOfVariable("A", value), HasSubstr("must be one line"));
  }
  EXPECT_THAT(FaultOfVariable("A", std::string(16 << 10, 'x')), HasSubstr("16 KB"));
  HookService many = {"db", "redis", {}};
  for (int i = 0; i < 50; ++i) many.environment["A" + std::to_string(i)] = "";
  EXPECT_EQ(FaultOf({many}), "");
  many.environment["B"] = "";
  EXPECT_THAT(FaultOf({many}), HasSubstr("at most 50"));
}

TEST(HookServicesTest, AtMostFive) {
  std::vector<HookService> services;
  for (const char* name : {"a", "b", "c", "d", "e"}) services.push_back({name, "redis", {}});
  EXPECT_EQ(FaultOf(services), "");
  services.push_back({"f", "redis", {}});
  EXPECT_EQ(FaultOf(services), "At most 5 services.");
}

TEST(HookServicesTest, ReadsWhatItWrote) {
  const std::vector<HookService> services = {{"db", "postgres", {{"A", "\"\\\n ü"}, {"b.c", ""}}},
                                             {"cache", "redis", {}}};
  EXPECT_EQ(ServicesFromJson(ServicesToJson(services)), services);
  EXPECT_TRUE(ServicesFromJson(ServicesToJson({})).empty());
  EXPECT_TRUE(ServicesFromJson("{}").empty());
  EXPECT_TRUE(ServicesFromJson("x").empty());
}

}  // namespace
}  // namespace kozmic::project
