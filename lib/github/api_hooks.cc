#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/fields.h"
#include "lib/github/pages.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

// A repository has at most 20 web hooks for one event.
constexpr int kMostPages = 10;

absl::StatusOr<Hook> ReadHook(const Json& json) {
  Fields fields(json);
  Hook hook{.id = fields.Id("id"),
            // Those of GitHub's other services than "web" have none.
            .url = fields.TextIfAny("config.url"),
            .events = fields.TextsIfAny("events"),
            .active = fields.FlagIfAny("active"),
            .content_type = fields.TextIfAny("config.content_type")};
  KOZMIC_RETURN_IF_ERROR(fields.status());
  return hook;
}

Json ToJson(const NewHook& hook) {
  return {{"active", true},
          {"events", hook.events},
          {"config",
           {{"url", hook.url},
            {"content_type", "json"},
            {"secret", hook.secret},
            {"insecure_ssl", "0"}}}};
}

absl::StatusOr<std::string> HookPath(absl::string_view repository, int64_t id) {
  return RepositoryPath(repository, absl::StrCat("/hooks/", id));
}

}  // namespace

absl::StatusOr<Hook> Api::CreateHook(const std::string& token, absl::string_view repository,
                                     const NewHook& hook) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository, "/hooks"));
  Json body = ToJson(hook);
  body["name"] = "web";
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("POST", path, &body));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, AnswerJson(answer, session.Now()));
  return ReadHook(json);
}

absl::StatusOr<Hook> Api::UpdateHook(const std::string& token, absl::string_view repository,
                                     int64_t id, const NewHook& hook) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, HookPath(repository, id));
  const Json body = ToJson(hook);
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("PATCH", path, &body));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, AnswerJson(answer, session.Now()));
  return ReadHook(json);
}

absl::Status Api::DeleteHook(const std::string& token, absl::string_view repository,
                             int64_t id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, HookPath(repository, id));
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("DELETE", path, nullptr));
  return AnswerStatus(answer, session.Now());
}

absl::StatusOr<Hook> Api::GetHook(const std::string& token, absl::string_view repository,
                                  int64_t id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, HookPath(repository, id));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, Session(requester_, token).GetJson(path));
  return ReadHook(json);
}

absl::StatusOr<std::vector<Hook>> Api::ListHooks(const std::string& token,
                                                 absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/hooks?per_page=", kPageSize)));
  Session session(requester_, token);
  return ReadList(session, path, kMostPages, &ReadHook, &Hook::id);
}

}  // namespace kozmic::github
