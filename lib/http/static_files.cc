#include "lib/http/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/crypto/digest.h"
#include "lib/http/negotiation.h"

namespace kozmic::http {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMostBytes = 64 << 20;

const char* ContentType(absl::string_view path) {
  static constexpr std::array<std::pair<absl::string_view, const char*>, 14> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".txt", "text/plain; charset=utf-8"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".webp", "image/webp"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (absl::EndsWith(path, suffix)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return absl::NotFoundError(absl::StrCat("there is no folder ", folder));
  }
  std::map<std::string, std::string> bodies;
  uintmax_t total = 0;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const bool hidden = at->path().filename().string()[0] == '.';
    if (hidden || at->is_symlink()) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file()) continue;
    std::ifstream file(at->path(), std::ios::binary);
    std::string body((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) return absl::UnavailableError(absl::StrCat("cannot read ", at->path().string()));
    total += body.size();
    if (total > kMostBytes) return absl::ResourceExhaustedError("more than 64 MB of files");
    bodies[absl::StrCat("/", fs::relative(at->path(), folder, error).generic_string())] =
        std::move(body);
  }
  if (error) return absl::UnavailableError(absl::StrCat("read ", folder, ": ", error.message()));

  StaticFiles result;
  for (auto& [path, body] : bodies) {
    absl::string_view base = path;
    const bool brotli = absl::ConsumeSuffix(&base, ".br");
    const bool gzip = !brotli && absl::ConsumeSuffix(&base, ".gz");
    // A compressed file without its original is a file like any other.
    const bool is_form = (brotli || gzip) && bodies.count(std::string(base)) > 0;
    File& file = result.files_[is_form ? std::string(base) : path];
    Form& form = !is_form ? file.plain : brotli ? file.brotli : file.gzip;
    form.etag = absl::StrCat("\"", Sha256Hex(body).substr(0, 32), "\"");
    if (!is_form) {
      file.type = ContentType(path);
      file.immutable = absl::StartsWith(path, "/assets/");
    }
    form.body = body;
  }
  return result;
}

bool StaticFiles::Serve(absl::string_view path, Exchange& exchange, int status) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return false;
  const File& file = found->second;
  const Form* form = &file.plain;
  const char* coding = nullptr;
  if (!file.brotli.etag.empty() && AcceptsCoding(exchange.accept_encoding, "br")) {
    form = &file.brotli;
    coding = "br";
  } else if (!file.gzip.etag.empty() && AcceptsCoding(exchange.accept_encoding, "gzip")) {
    form = &file.gzip;
    coding = "gzip";
  }
  httplib::Response& response = exchange.response;
  if (!file.brotli.etag.empty() || !file.gzip.etag.empty()) {
    response.set_header("Vary", "Accept-Encoding");
  }
  if (status == 200) {
    response.set_header("ETag", form->etag);
    response.set_header("Cache-Control",
                        file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (MatchesEtag(exchange.request.get_header_value("If-None-Match"), form->etag)) {
      response.status = 304;
      return true;
    }
  } else {
    response.set_header("Cache-Control", "no-store");
  }
  if (coding != nullptr) response.set_header("Content-Encoding", coding);
  response.status = status;
  response.set_content(form->body, file.type);
  return true;
}

}  // namespace kozmic::http
