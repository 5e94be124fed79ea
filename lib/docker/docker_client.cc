#include "lib/docker/docker_client.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/docker/docker_json.h"
#include "lib/docker/log_tail.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "nlohmann/json.hpp"

namespace kozmic::docker {
namespace {

using nlohmann::json;

constexpr absl::Duration kShortCall = absl::Seconds(20);
// Starting and removing are slow on a loaded host.
constexpr absl::Duration kLongCall = absl::Seconds(60);
// Of millions of files.
constexpr absl::Duration kMeasure = absl::Minutes(5);
// Of gigabytes on a slow disk.
constexpr absl::Duration kCommit = absl::Minutes(30);

std::string EncodeAuth(const RegistryAuth* auth, const std::string& registry) {
  json body = json::object();
  if (auth != nullptr) {
    body = {
        {"username", auth->username}, {"password", auth->password}, {"serveraddress", registry}};
  }
  // Padded, unlike absl::WebSafeBase64Escape: what the engine's decoder demands.
  std::string encoded = absl::Base64Escape(
      body.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace));
  for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return encoded;
}

absl::Status Transfer(const EngineHttp& http, EngineRequest request,
                      std::function<void(const TransferProgress&)> progress) {
  TransferStream stream(std::move(progress));
  request.on_bytes = [&stream](absl::string_view bytes) { return stream.Feed(bytes); };
  const auto reply = http.Call(request);
  if (!reply.ok()) {
    const absl::StatusCode code = reply.status().code();
    const bool engine_said_it = code == absl::StatusCode::kInternal ||
                                code == absl::StatusCode::kNotFound ||
                                code == absl::StatusCode::kPermissionDenied;
    return engine_said_it ? TransferError(reply.status().message(), code) : reply.status();
  }
  return stream.Finish();
}

std::string ContainerPath(absl::string_view id, absl::string_view rest) {
  return absl::StrCat("/containers/", UrlEncode(id), rest);
}

std::string NetworkPath(absl::string_view network, absl::string_view rest) {
  return absl::StrCat("/networks/", UrlEncode(network), rest);
}

NetworkSummary ReadNetwork(const json& body) {
  return {StringAt(body, "Id"), StringAt(body, "Name"), StringMapAt(body, "Labels")};
}

}  // namespace

absl::StatusOr<std::unique_ptr<DockerClient>> DockerClient::Create(absl::string_view host) {
  absl::string_view path = host;
  if (!absl::ConsumePrefix(&path, "unix://") || path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "the Docker host \"", host, "\" is not of the form unix:///path/to/docker.sock"));
  }
  return std::make_unique<DockerClient>(std::string(path));
}

absl::Status DockerClient::Ping(absl::Duration timeout) const {
  return http_.Call({.method = "GET", .path = "/_ping", .timeout = timeout}).status();
}

absl::StatusOr<EngineVersion> DockerClient::CheckVersion() const {
  const auto reply = http_.Call({.method = "GET", .path = "/version", .timeout = kShortCall});
  if (!reply.ok()) {
    // The engine answers 400 to a version that is too new or too old for it, naming its own.
    if (reply.status().code() == absl::StatusCode::kInvalidArgument) {
      return absl::FailedPreconditionError(
          absl::StrCat("the Docker engine does not speak API version ", EngineHttp::kApiVersion,
                       ", which Kozmic CI needs: ", reply.status().message()));
    }
    return reply.status();
  }
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply->body));
  EngineVersion version;
  version.engine = StringAt(body, "Version");
  version.api = StringAt(body, "ApiVersion");
  if (const auto components = body.find("Components");
      components != body.end() && components->is_array()) {
    for (const json& component : *components) {
      if (StringAt(component, "Name") == "runc") version.runc = StringAt(component, "Version");
    }
  }
  return version;
}

absl::StatusOr<EngineLimits> DockerClient::GetLimits() const {
  KOZMIC_ASSIGN_OR_RETURN(const EngineReply reply,
                          http_.Call({.method = "GET", .path = "/info", .timeout = kShortCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  return EngineLimits{.memory = BoolAt(body, "MemoryLimit"),
                      .cpus = BoolAt(body, "CpuCfsQuota") && BoolAt(body, "CpuCfsPeriod"),
                      .pids = BoolAt(body, "PidsLimit"),
                      .cpu_count = NumberAt(body, "NCPU")};
}

absl::StatusOr<EngineIsolation> DockerClient::GetIsolation() const {
  KOZMIC_ASSIGN_OR_RETURN(const EngineReply reply,
                          http_.Call({.method = "GET", .path = "/info", .timeout = kShortCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  EngineIsolation isolation;
  const json runtimes = ObjectAt(body, "Runtimes");
  for (const auto& runtime : runtimes.items()) isolation.runtimes.push_back(runtime.key());
  const auto options = body.find("SecurityOptions");
  if (options == body.end() || !options->is_array()) return isolation;
  for (const json& option : *options) {
    if (!option.is_string()) continue;
    isolation.rootless |= absl::StartsWith(option.get_ref<const std::string&>(), "name=rootless");
    isolation.remaps_users |= absl::StartsWith(option.get_ref<const std::string&>(), "name=userns");
  }
  return isolation;
}

absl::StatusOr<ImageInfo> DockerClient::InspectImage(absl::string_view reference) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "GET",
                  .path = absl::StrCat("/images/", UrlEncode(reference), "/json"),
                  .timeout = kShortCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  ImageInfo info{.id = StringAt(body, "Id"),
                 .labels = StringMapAt(ObjectAt(body, "Config"), "Labels")};
  const std::string tagged = StringAt(ObjectAt(body, "Metadata"), "LastTagTime");
  absl::Time tag_time;
  if (absl::ParseTime(absl::RFC3339_full, tagged, &tag_time, nullptr)) info.tag_time = tag_time;
  if (info.id.empty()) return absl::InternalError("Docker's answer names no image id");
  return info;
}

absl::Status DockerClient::PullImage(const ImageReference& reference, const RegistryAuth* auth,
                                     absl::Duration timeout, std::stop_token stop,
                                     std::function<void(const TransferProgress&)> progress) const {
  return Transfer(
      http_,
      {.method = "POST",
       .path = absl::StrCat("/images/create?fromImage=", UrlEncode(reference.Repository()),
                            "&tag=", UrlEncode(reference.TagOrDigest())),
       .headers = {{"X-Registry-Auth", EncodeAuth(auth, reference.registry)}},
       .timeout = timeout,
       .stop = std::move(stop)},
      std::move(progress));
}

absl::Status DockerClient::TagImage(absl::string_view source, const ImageReference& target) const {
  return http_
      .Call({.method = "POST",
             .path = absl::StrCat("/images/", UrlEncode(source),
                                  "/tag?repo=", UrlEncode(target.Repository()),
                                  "&tag=", UrlEncode(target.tag.empty() ? "latest" : target.tag)),
             .timeout = kShortCall})
      .status();
}

absl::Status DockerClient::PushImage(const ImageReference& reference, const RegistryAuth* auth,
                                     absl::Duration timeout, std::stop_token stop,
                                     std::function<void(const TransferProgress&)> progress) const {
  return Transfer(http_,
                  {.method = "POST",
                   .path = absl::StrCat(
                       "/images/", UrlEncode(reference.Repository()),
                       "/push?tag=", UrlEncode(reference.tag.empty() ? "latest" : reference.tag)),
                   .headers = {{"X-Registry-Auth", EncodeAuth(auth, reference.registry)}},
                   .timeout = timeout,
                   .stop = std::move(stop)},
                  std::move(progress));
}

absl::StatusOr<std::vector<ImageSummary>> DockerClient::ListImages(absl::string_view label) const {
  const json filters = {{"label", {std::string(label)}}};
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "GET",
                  .path = absl::StrCat("/images/json?filters=", UrlEncode(filters.dump())),
                  .timeout = kShortCall}));
  const json body = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_array()) return absl::InternalError("Docker's list of images is not a list");
  std::vector<ImageSummary> images;
  for (const json& entry : body) {
    if (!entry.is_object()) continue;
    ImageSummary& image = images.emplace_back();
    image.id = StringAt(entry, "Id");
    image.labels = StringMapAt(entry, "Labels");
    image.create_time = absl::FromUnixSeconds(NumberAt(entry, "Created"));
    const auto tags = entry.find("RepoTags");
    if (tags == entry.end() || !tags->is_array()) continue;
    for (const json& tag : *tags) {
      if (tag.is_string()) image.tags.push_back(tag.get<std::string>());
    }
  }
  return images;
}

absl::StatusOr<std::string> DockerClient::CommitContainer(
    absl::string_view id, const ImageReference& target,
    const std::map<std::string, std::string>& labels, std::stop_token stop) const {
  const json config = {{"Labels", labels}};
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "POST",
                  .path = absl::StrCat("/commit?container=", UrlEncode(id),
                                       "&repo=", UrlEncode(target.Repository()),
                                       "&tag=", UrlEncode(target.tag)),
                  .body = config.dump(-1, ' ', false, json::error_handler_t::replace),
                  .timeout = kCommit,
                  .stop = std::move(stop)}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  std::string image = StringAt(body, "Id");
  if (image.empty()) return absl::InternalError("Docker's answer names no image id");
  return image;
}

absl::Status DockerClient::MakeEmptyImage(const ImageReference& target,
                                          const std::map<std::string, std::string>& labels) const {
  // The end of an archive with nothing before it.
  constexpr size_t kEmptyTar = 1024;
  std::string path = absl::StrCat("/images/create?fromSrc=-&repo=", UrlEncode(target.Repository()),
                                  "&tag=", UrlEncode(target.tag));
  for (const auto& [name, value] : labels) {
    absl::StrAppend(&path,
                    "&changes=", UrlEncode(absl::StrCat("LABEL ", name, "=\"", value, "\"")));
  }
  return Transfer(http_,
                  {.method = "POST",
                   .path = path,
                   .body = std::string(kEmptyTar, '\0'),
                   .content_type = "application/x-tar",
                   .timeout = kLongCall},
                  nullptr);
}

absl::Status DockerClient::RemoveImage(absl::string_view reference, bool force) const {
  const auto reply =
      http_.Call({.method = "DELETE",
                  .path = absl::StrCat("/images/", UrlEncode(reference), force ? "?force=1" : ""),
                  .timeout = kLongCall});
  return absl::IsNotFound(reply.status()) ? absl::OkStatus() : reply.status();
}

absl::StatusOr<std::string> DockerClient::CreateContainer(const ContainerSpec& spec,
                                                          absl::string_view name) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "POST",
                  .path = absl::StrCat("/containers/create",
                                       name.empty() ? "" : absl::StrCat("?name=", UrlEncode(name))),
                  .body = ToCreateJson(spec),
                  .timeout = kLongCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  std::string id = StringAt(body, "Id");
  if (id.empty()) return absl::InternalError("Docker's answer names no container id");
  return id;
}

absl::Status DockerClient::StartContainer(absl::string_view id) const {
  return http_.Call({.method = "POST", .path = ContainerPath(id, "/start"), .timeout = kLongCall})
      .status();
}

absl::StatusOr<int64_t> DockerClient::WaitContainer(absl::string_view id, absl::Duration timeout,
                                                    std::stop_token stop) const {
  KOZMIC_ASSIGN_OR_RETURN(const EngineReply reply,
                          http_.Call({.method = "POST",
                                      .path = ContainerPath(id, "/wait?condition=not-running"),
                                      .timeout = timeout,
                                      .stop = std::move(stop)}));
  const auto body = ParseObject(reply.body);
  // The headers come at once and the body at the end: an engine that dies leaves it empty.
  if (!body.ok() || !body->contains("StatusCode")) {
    return absl::UnavailableError("the Docker engine went away while a container ran");
  }
  return NumberAt(*body, "StatusCode");
}

absl::Status DockerClient::KillContainer(absl::string_view id, absl::string_view signal) const {
  return http_
      .Call({.method = "POST",
             .path = ContainerPath(id, absl::StrCat("/kill?signal=", UrlEncode(signal))),
             .timeout = kShortCall})
      .status();
}

absl::Status DockerClient::StopContainer(absl::string_view id, absl::Duration grace) const {
  return http_
      .Call({.method = "POST",
             .path = ContainerPath(id, absl::StrCat("/stop?t=", absl::ToInt64Seconds(grace))),
             .timeout = grace + kLongCall})
      .status();
}

absl::Status DockerClient::RemoveContainer(absl::string_view id) const {
  const auto reply = http_.Call(
      {.method = "DELETE", .path = ContainerPath(id, "?v=1&force=1"), .timeout = kLongCall});
  const bool in_progress = absl::IsFailedPrecondition(reply.status()) &&
                           absl::StrContains(reply.status().message(), "already in progress");
  return absl::IsNotFound(reply.status()) || in_progress ? absl::OkStatus() : reply.status();
}

absl::StatusOr<ContainerInfo> DockerClient::InspectContainer(absl::string_view id) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "GET", .path = ContainerPath(id, "/json"), .timeout = kShortCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  const json state = ObjectAt(body, "State");
  ContainerInfo info;
  info.id = StringAt(body, "Id");
  info.name = StringAt(body, "Name");
  info.image_id = StringAt(body, "Image");
  info.labels = StringMapAt(ObjectAt(body, "Config"), "Labels");
  info.state = StringAt(state, "Status");
  info.running = BoolAt(state, "Running");
  info.exit_code = NumberAt(state, "ExitCode");
  info.oom_killed = BoolAt(state, "OOMKilled");
  info.error = StringAt(state, "Error");
  return info;
}

absl::StatusOr<DiskUse> DockerClient::MeasureContainer(absl::string_view id,
                                                       std::stop_token stop) const {
  KOZMIC_ASSIGN_OR_RETURN(const EngineReply reply,
                          http_.Call({.method = "GET",
                                      .path = ContainerPath(id, "/json?size=1"),
                                      .timeout = kMeasure,
                                      .stop = std::move(stop)}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  DiskUse use = {.written_bytes = NumberAt(body, "SizeRw"),
                 .volume_folders = {},
                 .pid = NumberAt(ObjectAt(body, "State"), "Pid")};
  const auto mounts = body.find("Mounts");
  if (mounts == body.end() || !mounts->is_array()) return use;
  for (const json& mount : *mounts) {
    if (!mount.is_object() || StringAt(mount, "Type") != "volume") continue;
    use.volume_folders.push_back(StringAt(mount, "Source"));
  }
  return use;
}

absl::StatusOr<std::vector<ContainerSummary>> DockerClient::ListContainers(
    absl::string_view label) const {
  json filters = json::object();
  if (!label.empty()) filters["label"] = {std::string(label)};
  KOZMIC_ASSIGN_OR_RETURN(const EngineReply reply,
                          http_.Call({.method = "GET",
                                      .path = absl::StrCat("/containers/json?all=1&filters=",
                                                           UrlEncode(filters.dump())),
                                      .timeout = kShortCall}));
  const json body = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_array()) return absl::InternalError("Docker's list of containers is not a list");
  std::vector<ContainerSummary> containers;
  for (const json& entry : body) {
    if (!entry.is_object()) continue;
    ContainerSummary& container = containers.emplace_back();
    container.id = StringAt(entry, "Id");
    container.state = StringAt(entry, "State");
    container.labels = StringMapAt(entry, "Labels");
    container.create_time = absl::FromUnixSeconds(NumberAt(entry, "Created"));
  }
  return containers;
}

absl::StatusOr<std::string> DockerClient::TailLog(absl::string_view id, int lines, size_t bytes,
                                                  absl::Duration timeout) const {
  LogTail tail(bytes);
  KOZMIC_RETURN_IF_ERROR(
      http_
          .Call({.method = "GET",
                 .path = ContainerPath(id, absl::StrCat("/logs?stdout=1&stderr=1&tail=", lines)),
                 .timeout = timeout,
                 .on_bytes =
                     [&tail](absl::string_view data) {
                       tail.Feed(data);
                       return true;
                     }})
          .status());
  return tail.Text();
}

absl::StatusOr<std::string> DockerClient::CreateNetwork(const NetworkSpec& spec) const {
  json body = {{"Name", spec.name},   {"CheckDuplicate", true},    {"Driver", "bridge"},
               {"EnableIPv6", false}, {"Internal", spec.internal}, {"Labels", spec.labels}};
  json options = json::object();
  // The host itself is outside, too.
  if (spec.internal) options["com.docker.network.bridge.inhibit_ipv4"] = "true";
  if (!spec.bridge.empty()) options["com.docker.network.bridge.name"] = spec.bridge;
  if (spec.apart) options["com.docker.network.bridge.enable_icc"] = "false";
  if (!options.empty()) body["Options"] = options;
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "POST",
                  .path = "/networks/create",
                  .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
                  .timeout = kLongCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json answer, ParseObject(reply.body));
  std::string id = StringAt(answer, "Id");
  if (id.empty()) return absl::InternalError("Docker's answer names no network id");
  return id;
}

absl::Status DockerClient::ConnectNetwork(absl::string_view network, absl::string_view container,
                                          absl::string_view alias) const {
  json body = {{"Container", std::string(container)}};
  if (!alias.empty()) body["EndpointConfig"] = {{"Aliases", {std::string(alias)}}};
  return http_
      .Call({.method = "POST",
             .path = NetworkPath(network, "/connect"),
             .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
             .timeout = kLongCall})
      .status();
}

absl::Status DockerClient::RemoveNetwork(absl::string_view network) const {
  const auto reply =
      http_.Call({.method = "DELETE", .path = NetworkPath(network, ""), .timeout = kLongCall});
  return absl::IsNotFound(reply.status()) ? absl::OkStatus() : reply.status();
}

absl::StatusOr<NetworkSummary> DockerClient::InspectNetwork(absl::string_view network) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "GET", .path = NetworkPath(network, ""), .timeout = kShortCall}));
  KOZMIC_ASSIGN_OR_RETURN(const json body, ParseObject(reply.body));
  return ReadNetwork(body);
}

absl::StatusOr<std::vector<NetworkSummary>> DockerClient::ListNetworks(
    absl::string_view label) const {
  const json filters = {{"label", {std::string(label)}}};
  KOZMIC_ASSIGN_OR_RETURN(
      const EngineReply reply,
      http_.Call({.method = "GET",
                  .path = absl::StrCat("/networks?filters=", UrlEncode(filters.dump())),
                  .timeout = kShortCall}));
  const json body = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_array()) return absl::InternalError("Docker's list of networks is not a list");
  std::vector<NetworkSummary> networks;
  for (const json& entry : body) {
    if (entry.is_object()) networks.push_back(ReadNetwork(entry));
  }
  return networks;
}

}  // namespace kozmic::docker
