#include "standin/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "standin/auth.h"
#include "standin/body.h"
#include "standin/byte_range.h"
#include "standin/text.h"

namespace taskgate::standin {
namespace {

namespace fs = std::filesystem;

constexpr long long kStep = 65536;

// A path as clients name it, absolute below /home/dev or relative to it; nothing when it leads out.
std::optional<fs::path> path_below(const fs::path& root, std::string name) {
  if (name.starts_with("/home/dev")) name.erase(0, std::min<std::size_t>(10, name.size()));
  const fs::path relative = fs::path(name).lexically_normal();
  const bool outside = relative.is_absolute() || relative.string().starts_with("..");
  return outside ? std::nullopt : std::optional(root / relative);
}

std::string content_type(const fs::path& file) {
  const std::string extension = lower(file.extension().string());
  if (extension == ".mp4") return "video/mp4";
  if (extension == ".png") return "image/png";
  if (extension == ".pdf") return "application/pdf";
  return extension == ".txt" ? "text/plain" : "application/octet-stream";
}

void send_part(Exchange& exchange, std::ifstream& file, ByteRange range) {
  file.seekg(range.first);
  for (long long left = range.size(); left > 0;) {
    std::string bytes(static_cast<std::size_t>(std::min(left, kStep)), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    exchange.reply.body(bytes);
    left -= static_cast<long long>(bytes.size());
  }
}

void refuse_range(Exchange& exchange, long long size) {
  exchange.reply.start(416)
      .field("Content-Range", "bytes */" + std::to_string(size))
      .field("Content-Length", "0")
      .end_head();
}

void send_file(Exchange& exchange, const fs::path& path, bool with_ranges) {
  std::ifstream file(path, std::ios::binary);
  if (!file || !fs::is_regular_file(path)) return exchange.reply.error(404, "File not found");
  const auto size = static_cast<long long>(fs::file_size(path));
  const std::string wanted = with_ranges ? exchange.request.field_or_empty("Range") : "";
  const auto range = parse_range(wanted, size);
  if (range.kind == RangeRequest::Kind::unsatisfiable) return refuse_range(exchange, size);
  const bool partial = range.kind == RangeRequest::Kind::part;
  const ByteRange sent = partial ? range.range : ByteRange{0, size - 1};
  exchange.reply.start(partial ? 206 : 200)
      .field("Content-Type", content_type(path))
      .field("Content-Length", std::to_string(sent.size()));
  if (with_ranges) exchange.reply.field("Accept-Ranges", "bytes");
  if (partial) {
    exchange.reply.field("Content-Range", "bytes " + std::to_string(sent.first) + "-" +
                                              std::to_string(sent.last) + "/" +
                                              std::to_string(size));
  }
  exchange.reply.end_head();
  send_part(exchange, file, sent);
}

// The number of bytes that came: fewer than declared when the client closed before.
long long store(Stream& stream, long long length, const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  long long stored = 0;
  while (stored < length) {
    const auto step = static_cast<std::size_t>(std::min(length - stored, kStep));
    const std::string bytes = stream.read(step);
    file << bytes << std::flush;
    stored += static_cast<long long>(bytes.size());
    if (bytes.size() < step) break;
  }
  return stored;
}

void upload(Exchange& exchange) {
  if (!require_authorization(exchange)) return;
  const auto length = declared_length(exchange.request);
  if (!length || *length <= 0) return exchange.reply.error(400, "empty body");
  if (*length > kUploadLimit) return exchange.reply.error(413, "file too large");
  const std::string name = url_decoded(exchange.request.field_or_empty("X-Filename"));
  const std::string folder = url_decoded(exchange.request.field_or_empty("X-Dest-Path"));
  const auto path = path_below(exchange.server.options.files,
                               (folder.empty() ? "/home/dev" : folder) + "/" + name);
  if (!path || name.empty()) return exchange.reply.error(400, "invalid path");
  fs::create_directories(path->parent_path());
  const long long stored = store(exchange.stream, *length, *path);
  if (stored < *length) return exchange.reply.error(400, "upload was cut short");
  exchange.reply.json(201, {{"ok", true}, {"filename", name}, {"size", stored}});
}

}  // namespace

bool serve_file(Exchange& exchange) {
  const std::string& path = exchange.target.read;
  const bool with_ranges = path == "/api/files/raw" || path == "/api/files/view";
  if (!with_ranges && path != "/api/files/download") return false;
  if (!require_authorization(exchange)) return true;
  const auto file =
      path_below(exchange.server.options.files, query_value(exchange.target.query, "path"));
  if (file) {
    send_file(exchange, *file, with_ranges);
  } else {
    exchange.reply.error(403, "path is outside the home folder");
  }
  return true;
}

bool serve_upload(Exchange& exchange) {
  if (exchange.target.routed != "/api/files/upload") return false;
  upload(exchange);
  return true;
}

}  // namespace taskgate::standin
