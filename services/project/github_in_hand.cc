#include "services/project/github_in_hand.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"

namespace kozmic::project {
namespace {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

constexpr char kBase[] = "/api/v3/repos/octo/hello";

void Answer(Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(status < 300 ? body.dump() : R"({"message":"sorry"})", "application/json");
}

json Permissions(const std::string& permission) {
  const std::vector<std::string> order = {"pull", "triage", "push", "maintain", "admin"};
  json permissions;
  bool has = true;
  for (const std::string& one : order) {
    permissions[one] = has;
    if (one == permission) has = false;
  }
  return permissions;
}

int64_t LastNumber(const Request& request) {
  return std::stoll(request.path.substr(request.path.rfind('/') + 1));
}

}  // namespace

json GithubInHand::Repository(int64_t id, const std::string& full_name,
                              const std::string& permission, bool is_private) {
  const std::string owner = full_name.substr(0, full_name.find('/'));
  return {{"id", id},
          {"full_name", full_name},
          {"name", full_name.substr(owner.size() + 1)},
          {"private", is_private},
          {"html_url", "http://g/" + full_name},
          {"default_branch", "main"},
          {"description", "About " + full_name},
          {"archived", false},
          {"owner", {{"login", owner}, {"type", "User"}, {"avatar_url", "http://g/" + owner}}},
          {"permissions", Permissions(permission)}};
}

GithubInHand::GithubInHand() {
  ServeRepository();
  ServeHooks();
  ServeKeys();
  ServeStatuses();
  ServeListing();
  http_.Start();
}

void GithubInHand::ServeRepository() {
  const auto answer_repository = [this](const Request& request, Response& response) {
    if (!absl::StartsWith(request.get_header_value("Authorization"), "Bearer good")) {
      return Answer(response, 401, {});
    }
    absl::MutexLock lock(&mutex);
    Answer(response, repository_status,
           Repository(repository_id, full_name, admin ? "admin" : "push", is_private));
  };
  http_.server().Get(kBase, [this, answer_repository](const Request& request, Response& response) {
    bool renamed = false;
    {
      absl::MutexLock lock(&mutex);
      renamed = full_name != "octo/hello";
    }
    if (!renamed) return answer_repository(request, response);
    response.status = 301;
    response.set_header("Location", url() + "/api/v3/repositories/9");
  });
  http_.server().Get("/api/v3/repositories/9", answer_repository);
  http_.server().Get(R"(/api/v3/repos/octo/[^/]+/collaborators)",
                     [this](const Request&, Response& response) {
                       absl::MutexLock lock(&mutex);
                       json list = json::array();
                       for (const auto& [id, permission] : collaborators) {
                         list.push_back({{"id", id},
                                         {"login", absl::StrCat("user", id)},
                                         {"permissions", Permissions(permission)}});
                       }
                       Answer(response, collaborators_status, list);
                     });
}

void GithubInHand::ServeHooks() {
  httplib::Server& server = http_.server();
  server.Post(absl::StrCat(kBase, "/hooks"), [this](const Request& request, Response& response) {
    absl::MutexLock lock(&mutex);
    const int64_t id = next_hook;
    json hook = *ParseJson(request.body);
    hook["id"] = id;
    if (hook_status == 201 || hook_made_anyway) {
      hooks[id] = hook;
      ++next_hook;
    }
    Answer(response, hook_made_by_another ? 422 : hook_status, hook);
  });
  server.Get(absl::StrCat(kBase, "/hooks"), [this](const Request&, Response& response) {
    absl::MutexLock lock(&mutex);
    json list = json::array();
    for (const auto& [id, hook] : hooks) list.push_back(hook);
    Answer(response, hooks_status, list);
  });
  server.Patch(absl::StrCat(kBase, R"(/hooks/\d+)"),
               [this](const Request& request, Response& response) {
                 absl::MutexLock lock(&mutex);
                 const int64_t id = LastNumber(request);
                 json hook = *ParseJson(request.body);
                 hook["id"] = id;
                 if (hook_status == 201) hooks[id] = hook;
                 Answer(response, hook_status == 201 ? 200 : hook_status, hook);
               });
  server.Delete(absl::StrCat(kBase, R"(/hooks/\d+)"),
                [this](const Request& request, Response& response) {
                  absl::MutexLock lock(&mutex);
                  if (delete_status == 204) hooks.erase(LastNumber(request));
                  response.status = delete_status;
                });
}

void GithubInHand::ServeKeys() {
  httplib::Server& server = http_.server();
  server.Get(absl::StrCat(kBase, "/keys"), [this](const Request&, Response& response) {
    absl::MutexLock lock(&mutex);
    json list = json::array();
    for (const auto& [id, key] : keys) list.push_back(key);
    Answer(response, keys_status, list);
  });
  server.Post(absl::StrCat(kBase, "/keys"), [this](const Request& request, Response& response) {
    absl::MutexLock lock(&mutex);
    json key = *ParseJson(request.body);
    key["id"] = next_key;
    if (key_status == 201) keys[next_key++] = key;
    Answer(response, key_status, key);
  });
  server.Delete(absl::StrCat(kBase, R"(/keys/\d+)"),
                [this](const Request& request, Response& response) {
                  absl::MutexLock lock(&mutex);
                  response.status = keys.erase(LastNumber(request)) > 0 ? 204 : 404;
                });
  server.Get("/api/v3/meta", [this](const Request& request, Response& response) {
    // Whoever signs in must do it well, but nobody has to.
    const std::string signed_in = request.get_header_value("Authorization");
    const bool refused = !signed_in.empty() && !absl::StartsWith(signed_in, "Bearer good");
    Answer(response, refused ? 401 : meta_status.load(),
           {{"ssh_keys", {"ssh-ed25519 AAAAhostkey"}}});
  });
}

void GithubInHand::ServeStatuses() {
  httplib::Server& server = http_.server();
  server.Get(absl::StrCat(kBase, "/commits/", kSha, "/statuses"),
             [this](const Request&, Response& response) {
               absl::MutexLock lock(&mutex);
               json list = json::array();
               for (auto it = statuses.rbegin(); it != statuses.rend(); ++it) list.push_back(*it);
               Answer(response, 200, list);
             });
  server.Post(
      absl::StrCat(kBase, "/statuses/", kSha), [this](const Request& request, Response& response) {
        absl::MutexLock lock(&mutex);
        // A status is posted in the name of one whose token begins like this.
        const bool refused =
            post_status == 401 && request.get_header_value("Authorization") != "Bearer good";
        if (post_status == 403) response.set_header("Retry-After", "17");
        if (post_status == 201 || refused) statuses.push_back(*ParseJson(request.body));
        Answer(response, refused ? 201 : post_status, {{"id", 1}});
      });
}

void GithubInHand::ServeListing() {
  http_.server().Get("/api/v3/user/repos", [this](const Request& request, Response& response) {
    if (!absl::StartsWith(request.get_header_value("Authorization"), "Bearer good")) {
      return Answer(response, 401, {});
    }
    absl::MutexLock lock(&mutex);
    const size_t page = request.has_param("page") ? std::stoul(request.get_param_value("page")) : 1;
    const json body = page <= pages.size() ? pages[page - 1] : json::array();
    const std::string etag = absl::StrCat("\"", Sha256Hex(body.dump()).substr(0, 16), "\"");
    response.set_header("ETag", etag);
    if (page < pages.size()) {
      const std::string query = absl::StrCat("/api/v3/user/repos?per_page=100&page=");
      response.set_header("Link", absl::StrCat("<", url(), query, page + 1, ">; rel=\"next\", <",
                                               url(), query, pages.size(), ">; rel=\"last\""));
    }
    if (listing_status == 200 && request.get_header_value("If-None-Match") == etag) {
      ++pages_unmodified;
      response.status = 304;
      return;
    }
    ++pages_told;
    Answer(response, listing_status, body);
  });
}

}  // namespace kozmic::project
