#ifndef KOZMIC_LIB_CONFIG_CONFIG_READER_H_
#define KOZMIC_LIB_CONFIG_CONFIG_READER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic {

// Reads one process's configuration: a YAML file, each of whose keys an environment variable may
// override ("github.client_id" by KOZMIC_GITHUB_CLIENT_ID), or the file that such a variable with
// _FILE at its end names, so that secrets need not lie in an environment. A process declares each
// key by reading it into its typed structure; errors are collected, so that one start names them
// all:
//
//   reader.Text("listen", &config.listen, {.help = "host:port of the rpc server"});
//   reader.Integer("slots", &config.slots, {.help = "jobs at once", .fallback = "2"}, 1, 1000);
//   KOZMIC_RETURN_IF_ERROR(reader.Finish());
//
// Not thread-safe.
class ConfigReader {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  struct Key {
    absl::string_view help;
    // Text of the value when neither file nor environment gives one; absent: the key is required.
    std::optional<std::string> fallback = std::nullopt;
  };

  // What a process says of a key, for the reference of all settings.
  struct Declared {
    std::string name;
    std::string variable;
    // "text", "list", "1 to 1000", "duration", "secret", "secrets", "URL", or the values with
    // commas.
    std::string type;
    std::string help;
    std::optional<std::string> fallback;
  };

  // An empty path reads the environment alone. INVALID_ARGUMENT names file, line and fault.
  static absl::StatusOr<ConfigReader> Load(const std::string& path, Environment environment);
  static absl::StatusOr<ConfigReader> Parse(const std::string& yaml, Environment environment);
  // getenv.
  static Environment ProcessEnvironment();

  void Text(absl::string_view name, std::string* out, const Key& key);
  // A comma-separated list in the environment.
  void TextList(absl::string_view name, std::vector<std::string>* out, const Key& key);
  void Integer(absl::string_view name, int64_t* out, const Key& key, int64_t least, int64_t most);
  // "90s", "15m", "1h30m", "250ms".
  void Duration(absl::string_view name, absl::Duration* out, const Key& key);
  // Text of at least 32 bytes, or none if the fallback is none; its value appears in no message.
  void Secret(absl::string_view name, std::string* out, const Key& key);
  // A list of such texts, given as TextList is; so none has a comma.
  void SecretList(absl::string_view name, std::vector<std::string>* out, const Key& key);
  // Absolute http or https URL without a trailing slash, query or fragment.
  void HttpUrl(absl::string_view name, std::string* out, const Key& key);
  // One of `values`.
  void Choice(absl::string_view name, std::string* out, const Key& key,
              const std::vector<std::string>& values);

  // INVALID_ARGUMENT naming every missing, malformed and unknown key. CANCELLED instead of OK after
  // OnlyCheck.
  absl::Status Finish() const;

  // The process is not to begin its work, whatever the configuration is like.
  void OnlyCheck() { only_check_ = true; }
  // The keys that were read, in that order.
  const std::vector<Declared>& declared() const { return declared_; }

 private:
  explicit ConfigReader(Environment environment) : environment_(std::move(environment)) {}

  absl::Status Flatten(const std::string& yaml);
  // The value, or nullopt after noting an error.
  std::optional<std::string> Take(absl::string_view name, const Key& key, std::string type);
  void Fault(absl::string_view name, absl::string_view what);

  Environment environment_;
  std::map<std::string, std::string> values_;
  std::vector<Declared> declared_;
  std::vector<std::string> faults_;
  bool only_check_ = false;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CONFIG_CONFIG_READER_H_
