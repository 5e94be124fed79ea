#include "lib/testing/postgres.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kozmic {
namespace {

constexpr int kMostTries = 100;

void MustCall(const char* what, int result) {
  if (result == 0) return;
  std::perror(what);
  std::abort();
}

int MountDisk(const std::string& folder, int64_t bytes, unsigned long flags) {
  return mount("tmpfs", folder.c_str(), "tmpfs", flags,
               absl::StrCat("mode=0777,size=", bytes).c_str());
}

int64_t BytesOn(const std::string& folder) {
  struct statvfs disk {};
  MustCall("look at the disk", statvfs(folder.c_str(), &disk));
  return static_cast<int64_t>((disk.f_blocks - disk.f_bfree) * disk.f_frsize);
}

}  // namespace

TestPostgres::TestPostgres(const Options& options) : options_(options) {
  // Not in Bazel's folder, which a server of another user may not enter.
  std::string pattern = "/tmp/kozmic-postgres-XXXXXX";
  folder_ = mkdtemp(pattern.data());
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  if (options_.disk > 0) {
    // A name space of its own: however the test ends, no mount outlives it.
    MustCall("unshare mounts", unshare(CLONE_NEWNS));
    MustCall("keep mounts to itself", mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
    MustCall("mount a disk", MountDisk(folder_, options_.disk, 0));
  }
  server_ = std::make_unique<PostgresServer>(folder_, "first");
  hosts_ = server_->host();
  if (options_.pair) {
    other_ = std::make_unique<PostgresServer>(folder_, "second");
    absl::StrAppend(&hosts_, ",", other_->host());
  }
  server_->Create(options_.settings);
  server_->Start();
}

TestPostgres::~TestPostgres() {
  other_.reset();
  server_.reset();
  if (options_.disk > 0) umount2(folder_.c_str(), MNT_DETACH);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TestPostgres::Crash() { server_->Crash(); }

void TestPostgres::Start() { server_->Start(); }

void TestPostgres::StartIfEnded() {
  if (!server_->Running()) server_->Start();
}

void TestPostgres::FillDisk() const {
  // Made as small as what lies on it, which the server may add to in between.
  int tries = 1;
  while (MountDisk(folder_, BytesOn(folder_), MS_REMOUNT) != 0 && tries < kMostTries) ++tries;
  MustCall("fill the disk", tries < kMostTries ? 0 : -1);
}

void TestPostgres::FreeDisk() const {
  MustCall("free the disk", MountDisk(folder_, options_.disk, MS_REMOUNT));
}

void TestPostgres::StartStandby() {
  other_->CopyOf(*server_);
  // After the copy, which is not to wait for a standby itself once it has taken the place.
  server_->Execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
  other_->Start();
  server_->Execute("SELECT pg_reload_conf()");
  server_->Await("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')");
}

void TestPostgres::FailOver() {
  server_->Crash();
  other_->Promote();
  std::swap(server_, other_);
}

std::string TestPostgres::Url(const std::string& hosts, const std::string& database,
                              const std::string& service) const {
  return absl::StrCat("postgresql://postgres@", hosts, "/", database, "?options=-csearch_path%3D",
                      service, options_.pair ? "&target_session_attrs=read-write" : "");
}

std::string TestPostgres::CreateDatabase(const std::string& service) {
  const std::string original = "migrated_" + service;
  if (migrated_.insert(service).second) {
    server_->Execute("CREATE DATABASE " + original);
    Migrate(service, original);
  }
  // A copy of what is migrated takes a tenth of the time of migrating again.
  const std::string name = absl::StrCat("test", ++databases_);
  server_->Execute(absl::StrCat("CREATE DATABASE ", name, " TEMPLATE ", original));
  return Url(hosts_, name, service);
}

void TestPostgres::Migrate(const std::string& service, const std::string& database) const {
  const std::string psql = absl::StrCat("psql -qX -v ON_ERROR_STOP=1 -1 -d '",
                                        Url(server_->host(), database, service), "' ");
  server_->Client("create the schema", absl::StrCat(psql, "-c 'CREATE SCHEMA ", service, "'"));
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("migrations/" + service)) {
    if (absl::EndsWith(entry.path().string(), ".sql")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    server_->Fail("find migrations/" + service + " (is it in the test's data?)");
  }
  for (const std::string& file : files) {
    server_->Client("apply " + file, absl::StrCat(psql, "-f ", file));
  }
}

TestPostgres& SharedTestPostgres() {
  static TestPostgres server;
  return server;
}

}  // namespace kozmic
