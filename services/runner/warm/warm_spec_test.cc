#include "services/runner/warm/warm_spec.h"

#include <functional>
#include <vector>

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

docker::ContainerSpec SpecIn(const std::string& folder) {
  docker::ContainerSpec spec;
  spec.image = "sha256:1";
  spec.labels = {{"kozmic.id", folder}};
  spec.mounts = {{"/work/kozmic-init", "/.kozmic/init", true},
                 {folder + "/job", "/.kozmic/job", false}};
  spec.memory_bytes = 1;
  spec.network_mode = "jobs";
  return spec;
}

TEST(WarmSpecTest, MovesWhatIsMountedOfTheFolder) {
  const docker::ContainerSpec spec = Moved(SpecIn("/work/1"), "/work/1", "/work/2", {{"a", "b"}});
  EXPECT_EQ(spec.mounts[0].source, "/work/kozmic-init");
  EXPECT_EQ(spec.mounts[1].source, "/work/2/job");
  EXPECT_EQ(spec.labels, (std::map<std::string, std::string>{{"a", "b"}}));
  EXPECT_EQ(Moved(SpecIn("/work/11"), "/work/1", "/work/2", {}).mounts[1].source, "/work/11/job");
}

TEST(WarmSpecTest, OneKindWhicheverJobItIs) {
  EXPECT_EQ(KindOfContainer(SpecIn("/work/1"), "/work/1"),
            KindOfContainer(SpecIn("/work/2"), "/work/2"));
}

TEST(WarmSpecTest, AnotherKindByWhateverItDependsOn) {
  const std::string kind = KindOfContainer(SpecIn("/work/1"), "/work/1");
  const std::vector<std::function<void(docker::ContainerSpec&)>> changes = {
      [](auto& spec) { spec.image = "sha256:2"; },
      [](auto& spec) { spec.memory_bytes = 2; },
      [](auto& spec) { spec.pids_limit = 2; },
      [](auto& spec) { spec.nano_cpus = 2; },
      [](auto& spec) { spec.network_mode = "forks"; },
      [](auto& spec) { spec.security_options = {"no-new-privileges"}; },
      [](auto& spec) { spec.mounts[1].read_only = true; },
      [](auto& spec) {
        spec.mounts.push_back({"/work/1/home", "/kozmic", false});
      },
  };
  for (const auto& change : changes) {
    docker::ContainerSpec spec = SpecIn("/work/1");
    change(spec);
    EXPECT_NE(KindOfContainer(spec, "/work/1"), kind);
  }
}

}  // namespace
}  // namespace kozmic::runner
