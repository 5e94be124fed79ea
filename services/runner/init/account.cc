#include "services/runner/init/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

#include "services/runner/init/files.h"

namespace kozmic::init {
namespace {

constexpr size_t kMaxFile = 4 << 20;
constexpr unsigned kFirstId = 1000;
constexpr unsigned kLastId = 59999;
constexpr int kPasswdFields = 7;
constexpr int kGroupFields = 4;

struct Row {
  char text[2048];
  // Point into `text`.
  const char* field[kPasswdFields];
  int count;
};

// A file of lines of fields with ":" between them, such as /etc/passwd. Missing files are empty.
class Table {
 public:
  ~Table() { free(data_); }
  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool Read(int root, const char* path) {
    // Images may keep these files behind a link, so ReadFile, which follows none, is not enough.
    const int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return errno == ENOENT;
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        static_cast<size_t>(info.st_size) > kMaxFile) {
      close(fd);
      errno = EINVAL;
      return false;
    }
    data_ = static_cast<char*>(malloc(static_cast<size_t>(info.st_size) + 1));
    while (data_ != nullptr && size_ < static_cast<size_t>(info.st_size)) {
      const ssize_t got = read(fd, data_ + size_, static_cast<size_t>(info.st_size) - size_);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      size_ += static_cast<size_t>(got);
    }
    close(fd);
    return data_ != nullptr;
  }

  // Splits the next line into at most `wanted` fields. False at the end.
  bool Next(size_t* at, int wanted, Row* row) const {
    if (*at >= size_) return false;
    size_t end = *at;
    while (end < size_ && data_[end] != '\n') ++end;
    const size_t length = end - *at < sizeof(row->text) ? end - *at : sizeof(row->text) - 1;
    memcpy(row->text, data_ + *at, length);
    row->text[length] = '\0';
    *at = end + 1;
    row->count = 0;
    for (char* field = row->text; row->count < wanted;) {
      row->field[row->count++] = field;
      char* colon = strchr(field, ':');
      if (colon == nullptr) break;
      *colon = '\0';
      field = colon + 1;
    }
    return true;
  }

  bool EndsInNewline() const { return size_ == 0 || data_[size_ - 1] == '\n'; }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

bool ParseId(const char* text, unsigned* id) {
  char* end = nullptr;
  errno = 0;
  const unsigned long value = strtoul(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || value > 0xfffffffeUL) return false;
  *id = static_cast<unsigned>(value);
  return true;
}

// The row of `name`, or of the number `id` when `name` is null.
bool Find(const Table& table, int columns, const char* name, unsigned id, Row* row) {
  size_t at = 0;
  while (table.Next(&at, columns, row)) {
    unsigned row_id = 0;
    if (row->count < 3 || !ParseId(row->field[2], &row_id)) continue;
    if (name != nullptr ? strcmp(row->field[0], name) == 0 : row_id == id) return true;
  }
  return false;
}

bool IsTaken(const Table& table, int columns, unsigned id) {
  Row row;
  return Find(table, columns, nullptr, id, &row);
}

bool Append(int root, const char* path, const Table& table, mode_t mode, const Line& line) {
  const int fd = openat(root, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode);
  if (fd < 0) return false;
  Text<1100> text;
  if (!table.EndsInNewline()) text.Add("\n");
  text.Add(line.c_str()).Add("\n");
  const bool good = WriteAll(fd, text.c_str(), text.size());
  close(fd);
  return good;
}

bool Contains(const char* list, const char* name) {
  const size_t length = strlen(name);
  while (*list != '\0') {
    const size_t item = strcspn(list, ",");
    if (item == length && strncmp(list, name, length) == 0) return true;
    list += item;
    if (*list == ',') ++list;
  }
  return false;
}

void ReadGroups(const Table& groups, const char* name, Account* account) {
  size_t at = 0;
  Row row;
  while (groups.Next(&at, kGroupFields, &row)) {
    unsigned gid = 0;
    if (row.count == kGroupFields && Contains(row.field[3], name) && ParseId(row.field[2], &gid) &&
        account->group_count < Account::kMaxGroups) {
      account->groups[account->group_count++] = gid;
    }
  }
}

bool Fail(Line* problem, const char* what, const char* path) {
  const char* reason = strerror(errno);
  problem->Clear().Add("cannot ").Add(what).Add(" ").Add(path).Add(" of the image: ").Add(reason);
  return false;
}

bool AddAccount(int root, const char* name, const char* home, const Table& users,
                const Table& groups, Account* account, Line* problem) {
  unsigned id = kFirstId;
  while (id <= kLastId &&
         (IsTaken(users, kPasswdFields, id) || IsTaken(groups, kGroupFields, id))) {
    ++id;
  }
  if (id > kLastId) {
    errno = EUSERS;
    return Fail(problem, "add a user to", "/etc/passwd");
  }
  account->uid = id;
  account->gid = id;
  account->home.Add(home);
  account->shell.Add(faccessat(root, "bin/bash", X_OK, 0) == 0 ? "/bin/bash" : "/bin/sh");

  if (mkdirat(root, "etc", 0755) != 0 && errno != EEXIST) return Fail(problem, "make", "/etc");
  Row row;
  unsigned gid = 0;
  if (Find(groups, kGroupFields, name, 0, &row) && ParseId(row.field[2], &gid)) {
    account->gid = gid;
  } else {
    Line line;
    line.Add(name).Add(":x:").Add(static_cast<long>(id)).Add(":");
    if (!Append(root, "etc/group", groups, 0644, line)) {
      return Fail(problem, "add a group to", "/etc/group");
    }
  }
  Table shadow;
  if (faccessat(root, "etc/shadow", F_OK, 0) == 0) {
    Line line;
    // No password, and none that could be guessed; not expired, or sudo would refuse.
    line.Add(name).Add(":*:19000:0:99999:7:::");
    if (!shadow.Read(root, "etc/shadow") || !Append(root, "etc/shadow", shadow, 0640, line)) {
      return Fail(problem, "add a user to", "/etc/shadow");
    }
  }
  Line line;
  line.Add(name).Add(":x:").Add(static_cast<long>(account->uid)).Add(":");
  line.Add(static_cast<long>(account->gid)).Add(":Kozmic CI:").Add(home).Add(":");
  line.Add(account->shell.c_str());
  if (!Append(root, "etc/passwd", users, 0644, line)) {
    return Fail(problem, "add a user to", "/etc/passwd");
  }
  return true;
}

}  // namespace

bool EnsureAccount(int root, const char* name, const char* home, Account* account, Line* problem) {
  Table users;
  Table groups;
  if (!users.Read(root, "etc/passwd")) return Fail(problem, "read", "/etc/passwd");
  if (!groups.Read(root, "etc/group")) return Fail(problem, "read", "/etc/group");
  Row row;
  unsigned uid = 0;
  unsigned gid = 0;
  if (Find(users, kPasswdFields, name, 0, &row) && row.count == kPasswdFields &&
      ParseId(row.field[2], &uid) && ParseId(row.field[3], &gid)) {
    account->uid = uid;
    account->gid = gid;
    account->home.Add(row.field[5][0] == '/' ? row.field[5] : home);
    account->shell.Add(row.field[6][0] == '/' ? row.field[6] : "/bin/sh");
  } else if (!AddAccount(root, name, home, users, groups, account, problem)) {
    return false;
  }
  ReadGroups(groups, name, account);
  return true;
}

bool AllowSudo(int root, const char* name, Line* problem) {
  bool present = false;
  for (const char* path : {"usr/bin/sudo", "bin/sudo", "usr/local/bin/sudo"}) {
    present = present || faccessat(root, path, X_OK, 0) == 0;
  }
  if (!present) return true;
  constexpr char kFolder[] = "etc/sudoers.d";
  if (mkdirat(root, kFolder, 0750) != 0 && errno != EEXIST) return Fail(problem, "make", kFolder);
  constexpr char kFile[] = "etc/sudoers.d/kozmic";
  unlinkat(root, kFile, 0);
  const int fd = openat(root, kFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
  if (fd < 0) return Fail(problem, "write", kFile);
  Line line;
  line.Add(name).Add(" ALL=(ALL:ALL) NOPASSWD: ALL\n");
  const bool good = WriteAll(fd, line.c_str(), line.size());
  const bool mode = fchmod(fd, 0440) == 0;
  close(fd);
  return (good && mode) || Fail(problem, "write", kFile);
}

}  // namespace kozmic::init
