#ifndef KOZMIC_GATEWAY_BODY_READER_H_
#define KOZMIC_GATEWAY_BODY_READER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// Reads the JSON object in a request's body, field by field:
//
//   BodyReader body(exchange.request.body);
//   body.Text("title", request.mutable_title());
//   body.Bool("enabled", &enabled, true);
//   if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
//
// A field without a fallback must be there. `out` keeps what it is when the field cannot be read.
// Not thread-safe.
class BodyReader {
 public:
  explicit BodyReader(absl::string_view body);

  void Text(absl::string_view name, std::string* out,
            const std::optional<std::string>& fallback = std::nullopt);
  void Bool(absl::string_view name, bool* out, std::optional<bool> fallback = std::nullopt);
  // A whole number from `least` to 2^31 - 1.
  void Integer(absl::string_view name, int32_t* out, int32_t least,
               std::optional<int32_t> fallback = std::nullopt);
  // A whole number from `least` to `most`, or null for nothing.
  void IntegerOrNull(absl::string_view name, std::optional<int64_t>* out, int64_t least,
                     int64_t most);
  void TextList(absl::string_view name, std::vector<std::string>* out,
                const std::optional<std::vector<std::string>>& fallback = std::nullopt);

  // An object whose values are texts.
  using Texts = std::map<std::string, std::string>;
  void TextMap(absl::string_view name, Texts* out,
               const std::optional<Texts>& fallback = std::nullopt);

  // A list of objects, none when it is missing. `read_one` reads each from a reader of its own.
  void ObjectList(absl::string_view name, const std::function<void(BodyReader& one)>& read_one);

  // INVALID_ARGUMENT says the first thing that is wrong, with the detail "field" when it is one
  // field's. A field that was not read is refused, not ignored.
  absl::Status Finish() const;

 private:
  BodyReader() = default;

  // Null when it is missing; notes that as a fault unless there is a fallback.
  const nlohmann::json* Take(absl::string_view name, bool has_fallback);
  void Fault(absl::string_view name, absl::string_view what);

  // An object.
  nlohmann::json body_;
  std::set<std::string, std::less<>> read_;
  absl::Status fault_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BODY_READER_H_
