// Uploads, downloads and ranges.

#include <filesystem>

#include "e2e/standin_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kUpload = "/api/files/upload";

TEST_CASE("an upload is stored as it comes and can be downloaded") {
  const StandinWorld world;
  std::string bytes(200'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  const HttpAnswer stored = world.ask(
      "POST", kUpload, bytes, {{"X-Dest-Path", "/home/dev/in"}, {"X-Filename", "a%20b.bin"}});
  CHECK(stored.status == 201);
  CHECK(read_file(world.standin.files_folder() + "/in/a b.bin") == bytes);
  const HttpAnswer loaded = world.ask("GET", "/api/files/download?path=/home/dev/in/a%20b.bin");
  CHECK(loaded.framing == Framing::length);
  CHECK(loaded.body == bytes);
}

TEST_CASE("an upload without a length is 400, one that is too large 413") {
  const StandinWorld world;
  const HttpFields chunked = {{"X-Filename", "f"}, {"Transfer-Encoding", "chunked"}};
  const HttpAnswer empty = world.ask("POST", kUpload, "0\r\n\r\n", chunked);
  CHECK(empty.status == 400);
  CHECK(empty.body == R"({"error": "empty body"})");
  CHECK(world.ask("POST", kUpload, "", {{"X-Filename", "f"}, {"Content-Length", "209715201"}})
            .status == 413);
}

TEST_CASE("an aborted upload leaves the short file") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send(
      http_request("POST", kUpload, "part", {{"X-Filename", "short"}, {"Content-Length", "100"}}));
  client.half_close();
  CHECK(read_answer(client).status == 400);
  CHECK(read_file(world.standin.files_folder() + "/short") == "part");
}

TEST_CASE("paths do not lead out of the folder") {
  const StandinWorld world;
  CHECK(world.ask("GET", "/api/files/download?path=../state").status == 403);
  CHECK(world.ask("GET", "/api/files/download?path=/etc/passwd").status == 403);
  CHECK(world.ask("GET", "/api/files/download?path=none").status == 404);
}

struct RangeRow {
  const char* range;
  int status;
  const char* body;
  const char* content_range;  // null for none
};

TEST_CASE("raw files know one range, suffix ranges included") {
  const StandinWorld world;
  world.standin.dir().write("files/m.mp4", "0123456789");
  const auto row = GENERATE(values<RangeRow>({
      {"", 200, "0123456789", nullptr},
      {"bytes=2-4", 206, "234", "bytes 2-4/10"},
      {"bytes=7-", 206, "789", "bytes 7-9/10"},
      {"bytes=-3", 206, "789", "bytes 7-9/10"},
      {"bytes=5-99", 206, "56789", "bytes 5-9/10"},
      {"bytes=10-", 416, "", "bytes */10"},
      {"bytes=1-2,4-5", 200, "0123456789", nullptr},
      {"lines=1-2", 200, "0123456789", nullptr},
  }));
  INFO(row.range);
  const HttpAnswer answer =
      world.ask("GET", "/api/files/raw?path=m.mp4", "", {{"Range", row.range}});
  CHECK(answer.status == row.status);
  CHECK(answer.body == row.body);
  CHECK(answer.field("Content-Range") == (row.content_range == nullptr
                                              ? std::nullopt
                                              : std::optional<std::string>(row.content_range)));
  CHECK(answer.framing == Framing::length);
}

TEST_CASE("a download knows no ranges") {
  const StandinWorld world;
  world.standin.dir().write("files/f", "0123456789");
  CHECK(world.ask("GET", "/api/files/download?path=f", "", {{"Range", "bytes=2-4"}}).status == 200);
}

}  // namespace
}  // namespace taskgate::test
