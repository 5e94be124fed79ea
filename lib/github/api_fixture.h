#ifndef KOZMIC_LIB_GITHUB_API_FIXTURE_H_
#define KOZMIC_LIB_GITHUB_API_FIXTURE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/github/api.h"
#include "lib/testing/http_server.h"

namespace kozmic::github {

// A server that plays GitHub's API below /api/v3, and our client of it.
class ApiTest : public ::testing::Test {
 protected:
  struct Field {
    // "config.url"
    std::string path;
    bool required;
  };

  static inline const absl::Time kNow = absl::FromUnixSeconds(1700000000);

  void Start() { github_.Start(); }

  // The answer to every GET of `path`.
  void Answers(const std::string& path, int status, const std::string& body,
               const httplib::Headers& headers = {}) {
    github_.server().Get("/api/v3" + path, [=](const httplib::Request&, httplib::Response& answer) {
      answer.status = status;
      for (const auto& [name, value] : headers) answer.set_header(name, value);
      answer.set_content(body, "application/json");
    });
  }

  // Expects that `call`, which GETs `path`, succeeds with `valid`, and is UNAVAILABLE when one of
  // its `fields` has a value of another type, or, if it is required, is null or absent. `wrap`
  // makes the whole answer of it. Starts the server.
  void ExpectFieldsAreChecked(
      const std::string& path, const nlohmann::json& valid, const std::vector<Field>& fields,
      const std::function<absl::Status()>& call,
      const std::function<nlohmann::json(nlohmann::json)>& wrap = [](nlohmann::json json) {
        return json;
      }) {
    absl::Mutex mutex;
    std::string body = wrap(valid).dump();
    github_.server().Get("/api/v3" + path, [&](const httplib::Request&, httplib::Response& answer) {
      absl::MutexLock lock(&mutex);
      answer.set_content(body, "application/json");
    });
    Start();
    const auto call_with = [&](const nlohmann::json& json) {
      {
        absl::MutexLock lock(&mutex);
        body = wrap(json).dump();
      }
      return call();
    };
    EXPECT_EQ(call_with(valid), absl::OkStatus());
    for (const Field& field : fields) {
      const nlohmann::json::json_pointer pointer("/" +
                                                 absl::StrReplaceAll(field.path, {{".", "/"}}));
      const nlohmann::json before = valid.at(pointer);
      for (const char* other : {"7", "\"text\"", "true", "[[]]", "{}", "null"}) {
        nlohmann::json odd = valid;
        odd[pointer] = nlohmann::json::parse(other);
        if (odd[pointer].type() == before.type() ||
            (odd[pointer].is_number() && before.is_number())) {
          continue;
        }
        const bool refused = !odd[pointer].is_null() || field.required;
        EXPECT_EQ(call_with(odd).code(),
                  refused ? absl::StatusCode::kUnavailable : absl::StatusCode::kOk)
            << field.path << " = " << other;
      }
      nlohmann::json without = valid;
      without[pointer.parent_pointer()].erase(pointer.back());
      EXPECT_EQ(call_with(without).code(),
                field.required ? absl::StatusCode::kUnavailable : absl::StatusCode::kOk)
          << "without " << field.path;
    }
    for (const char* odd : {"null", "7", "\"text\"", "[]"}) {
      EXPECT_EQ(call_with(nlohmann::json::parse(odd)).code(), absl::StatusCode::kUnavailable)
          << odd;
    }
  }

  TestHttpServer github_;
  FakeClock clock_{kNow};
  const Api api_{{.base_url = github_.url() + "/api/v3"}, clock_};
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_API_FIXTURE_H_
