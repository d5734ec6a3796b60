// What follows a 101, and what reads of a stream of bytes find at its end.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

#include "connection_world.h"
#include "support/allocations.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

namespace {

// In numbers, so that none is lost or moved.
std::string bulk() {
  std::string text;
  for (int number = 0; text.size() < 400'000; ++number) text += std::to_string(number) + ",";
  return text;
}

std::ptrdiff_t open_pipe_ends() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return std::ranges::count_if(descriptors, [](const auto& descriptor) {
    std::error_code gone;
    return read_symlink(descriptor.path(), gone).native().starts_with("pipe:");
  });
}

}  // namespace

TEST_CASE("behind a 101 both directions go on until each has ended") {
  UnderWay tunnel(kUpgrade, kSwitched + "hello");
  tunnel.client.send("ping");
  tunnel.world.until_has(*tunnel.upstream, "ping");
  tunnel.client.half_close();
  tunnel.world.until_ended(*tunnel.upstream);
  tunnel.upstream->send("late");
  tunnel.world.until_has(tunnel.client, "late");
  CHECK_FALSE(tunnel.client.ended());
  tunnel.upstream->close();
  tunnel.world.until_ended(tunnel.client);
  CHECK(tunnel.client.end() == FarEnd::End::closed);
}

TEST_CASE("a tunnel whose second side ends behind many bytes is whole for the first") {
  UnderWay request(kUpgrade, kSwitched + "first");
  FarEnd& upstream = *request.upstream;
  request.client.half_close();
  request.world.until_ended(upstream);
  // Until the end of a silent side is watched, and until bytes move in bulk.
  request.world.run_for(std::chrono::milliseconds(100));
  upstream.send(std::string(200'000, 'a'));
  request.world.until("all is received",
                      [&] { return request.client.received().size() >= 200'000; });
  // The loop finds both at once.
  upstream.send(std::string(32'000, 'b'));
  upstream.close();
  request.world.until_ended(request.client);
  CHECK(request.client.end() == FarEnd::End::closed);
  CHECK(std::ranges::count(request.client.received(), 'b') >= 32'000);
}

TEST_CASE("what comes in bulk through a tunnel goes through a pipe, and messages do not") {
  for (const bool is_upload : {true, false}) {
    INFO("by the client: " << is_upload);
    UnderWay tunnel(kUpgrade, kSwitched);
    FarEnd& from = is_upload ? tunnel.client : *tunnel.upstream;
    FarEnd& to = is_upload ? *tunnel.upstream : tunnel.client;
    const auto before = open_pipe_ends();
    tunnel.world.pass_messages(from, to, 12);
    CHECK(open_pipe_ends() == before);
    from.send(bulk() + "<end>");
    tunnel.world.until_has(to, "<end>");
    CHECK(to.has("<11>" + bulk() + "<end>"));
    CHECK(open_pipe_ends() == before + 2);
    from.send("<last>");
    from.half_close();
    tunnel.world.until_has(to, "<last>");
    tunnel.world.until_ended(to);
    CHECK(to.end() == FarEnd::End::closed);
  }
}

TEST_CASE("a tunnel that is silent behind what came in bulk holds no pipe") {
  UnderWay tunnel(kUpgrade, kSwitched);
  tunnel.client.send(bulk() + "<end>");
  tunnel.world.until_has(*tunnel.upstream, "<end>");
  const std::vector<net::Pipes::Lease> all = tunnel.world.take_all_pipes();
  CHECK(all.size() == share_descriptors(kDescriptors).pipes);
  tunnel.client.send(bulk() + "<without>");
  tunnel.world.until_has(*tunnel.upstream, "<without>");
  CHECK(tunnel.upstream->has(bulk() + "<without>"));
}

TEST_CASE("a bulk tunnel whose reader leaves, or whose sender resets, ends for the other side") {
  for (const bool reader_leaves : {true, false}) {
    INFO("the reader leaves: " << reader_leaves);
    UnderWay tunnel(kUpgrade, kSwitched);
    tunnel.client.send(bulk() + "<end>");
    tunnel.world.until_has(*tunnel.upstream, "<end>");
    tunnel.client.send(bulk());
    FarEnd& gone = tunnel.far_end(!reader_leaves);
    FarEnd& other = tunnel.far_end(reader_leaves);
    gone.reset();
    tunnel.world.until_ended(other);
    CHECK(other.end() == FarEnd::End::reset);
  }
}

TEST_CASE("the log tells who broke a tunnel off, or that it was silent for timeouts.idle") {
  constexpr Duration kIdle = std::chrono::milliseconds(100);
  const std::string gone = "\"client_gone\":true";
  const std::string truncated = "\"upstream_error\":\"truncated\"";
  const std::string silent = "\"silent\":true";
  struct Row {
    const char* what;
    std::string told;
    std::function<void(UnderWay&)> end;
    Duration idle = Duration::zero();
  };
  const Row rows[] = {
      {"the client resets", gone, [](UnderWay& tunnel) { tunnel.client.reset(); }},
      {"the client leaves while the upstream sends", gone,
       [](UnderWay& tunnel) {
         tunnel.upstream->send(bulk());
         tunnel.world.run_for(std::chrono::milliseconds(20));
         tunnel.client.reset();
       }},
      {"the client has ended its sending, and resets", gone,
       [](UnderWay& tunnel) {
         tunnel.client.half_close();
         tunnel.world.until_ended(*tunnel.upstream);
         tunnel.client.reset();
       }},
      {"the upstream resets", truncated, [](UnderWay& tunnel) { tunnel.upstream->reset(); }},
      {"the upstream resets while the client sends", truncated,
       [](UnderWay& tunnel) {
         tunnel.client.send(bulk());
         tunnel.world.run_for(std::chrono::milliseconds(20));
         tunnel.upstream->reset();
       }},
      {"the upstream has ended its sending, and takes no more", "",
       [](UnderWay& tunnel) {
         tunnel.upstream->close();
         tunnel.world.until_ended(tunnel.client);
         while (!tunnel.world.is_served()) {
           tunnel.client.send_some("late");
           tunnel.world.run_for(std::chrono::milliseconds(1));
         }
       }},
      {"the client has ended its sending, and the upstream closes with something unread", "",
       [](UnderWay& tunnel) {
         tunnel.client.half_close();
         tunnel.world.until_ended(*tunnel.upstream);
         tunnel.upstream->reset();
       }},
      {"both end", "",
       [](UnderWay& tunnel) {
         tunnel.client.half_close();
         tunnel.upstream->half_close();
       }},
      {"the gate ends", "", [](UnderWay& tunnel) { tunnel.world.interrupt(); }},
      {"nothing moves", silent, [](UnderWay&) {}, kIdle},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    UnderWay tunnel(kUpgrade, kSwitched + "hello", row.idle);
    row.end(tunnel);
    const std::string line = tunnel.world.line();
    INFO(line);
    CHECK(line.find("\"tunnel\":true") != std::string::npos);
    for (const std::string& reason : {gone, truncated, silent}) {
      CHECK((line.find(reason) != std::string::npos) == (row.told == reason));
    }
  }
}

// Both are there before the gate looks, and epoll tells of the bytes and of the end as one.
TEST_CASE("where memory fails, both ends see that what was under way broke off") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
    int messages;
  };
  const std::string upload = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Row rows[] = {
      {"a tunnel's first message, up", kUpgrade, kSwitched, true, 0},
      {"a tunnel's first message, down", kUpgrade, kSwitched, false, 0},
      {"a tunnel's later message, up", kUpgrade, kSwitched, true, 12},
      {"a tunnel's later message, down", kUpgrade, kSwitched, false, 12},
      {"an upload", upload, "", true, 0},
      {"an answer that ends with the connection", kGet, "HTTP/1.1 200 OK\r\n\r\nfirst", false, 0},
  };
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request);
    if (!row.answer.empty()) request.pass_answer(row.answer);
    FarEnd& from = request.far_end(row.by_client);
    FarEnd& to = request.far_end(!row.by_client);
    request.world.pass_messages(from, to, row.messages);
    std::string grows;
    while (grows.size() < 16'000) grows += "5\r\nchunk\r\n";
    taskgate::test::fail_allocation_of(4096);
    from.send(grows);
    request.world.until_ended(to);
    CHECK_FALSE(taskgate::test::is_to_fail());
    CHECK(to.end() == FarEnd::End::reset);
    request.world.until_ended(from);
    CHECK(from.end() == FarEnd::End::reset);
  }
}

TEST_CASE("an end or a reset that comes with the last bytes of many is found") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
    bool resets;
  };
  const Row rows[] = {
      {"an event stream, closed", kGet, kEvents, false, false},
      {"an event stream, reset", kGet, kEvents, false, true},
      {"a tunnel, closed by the upstream", kUpgrade, kSwitched, false, false},
      {"a tunnel, reset by the upstream", kUpgrade, kSwitched, false, true},
      {"a tunnel, closed by the client", kUpgrade, kSwitched, true, false},
      {"a tunnel, reset by the client", kUpgrade, kSwitched, true, true},
  };
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request, row.answer);
    FarEnd& from = request.far_end(row.by_client);
    FarEnd& to = request.far_end(!row.by_client);
    request.world.pass_messages(from, to, 12);
    from.send("<last>");
    row.resets ? from.reset() : from.half_close();
    request.world.until_has(to, "<last>");
    const bool is_chunked = row.request == kGet && !row.resets;
    if (is_chunked) {
      request.world.until_has(to, "\r\n0\r\n\r\n");
    } else {
      request.world.until_ended(to);
    }
  }
}
