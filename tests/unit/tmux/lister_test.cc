// Listings against a server that says what the test wants.
#include "tmux/lister.h"

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "recorded.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/protocol.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

const std::string kTwo = answer("7 $4 1 kube-coder-a\n7 $2 2 other\n");

TEST_CASE("a listing holds all sessions and counts those that match") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  const TimePoint before = Clock::now();
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "known");
  CHECK(listing.detail.empty());
  CHECK(names_of(listing) == std::vector<std::string>{"kube-coder-a", "other"});
  CHECK(listing.sessions[0].matches);
  CHECK_FALSE(listing.sessions[1].matches);
  CHECK(listing.live == 1);
  CHECK(before <= listing.began);
  CHECK(listing.began <= listing.ended);
}

TEST_CASE("a listing marks its server by path, pid, highest id and socket file") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  const Listing first = driver.list();
  REQUIRE(first.servers.size() == 1);
  CHECK(first.servers[0].path == folder / "s");
  CHECK(first.servers[0].pid == 7);
  CHECK(first.servers[0].highest_id == 4);
  CHECK(first.servers[0].has_sessions);
  CHECK(first.servers[0].inode != 0);
  CHECK(first.servers[0].changed_ns != 0);
  CHECK(driver.list().servers == first.servers);
}

TEST_CASE("the server gets the constant request and nothing else, each time") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  driver.list();
  driver.lister.configure({{folder / "s"}, {"a\nb", "; kill-server"}, kPatience, kPatience});
  driver.list();
  driver.run_until([&] { return server.accepted() == 2 && server.last().gone(); });
  const std::string request = read_answer("request.bin");
  CHECK(server.peer(0).received() == request);
  CHECK(server.peer(1).received() == request);
}

TEST_CASE(
    "a listing for people asks by the long request, and the next one by the short one again") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  const std::string details = answer("7 $4 1 5 1 1 @2:9:0 @2:9:0 kube-coder-a\n");
  FakeServer server(driver.loop, folder / "s", answering_in_turn({details, kTwo}));
  driver.question = Question::details;
  const Listing looked = driver.list();
  driver.question = Question::names;
  const Listing counted = driver.list();
  driver.run_until([&] { return server.accepted() == 2 && server.last().gone(); });
  CHECK(server.peer(0).received() == read_answer("long/request.bin"));
  CHECK(server.peer(1).received() == read_answer("request.bin"));
  CHECK(looked.question == Question::details);
  CHECK(looked.live == 1);
  CHECK(looked.sessions[0].details->silent_since == 9);
  CHECK(counted.question == Question::names);
  CHECK_FALSE(counted.sessions[0].details);
}

TEST_CASE("the question is chosen when the listing begins, not when it is asked for") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  driver.question = Question::details;
  driver.lister.begin();
  driver.question = Question::names;
  driver.run_until([&] { return driver.listings.size() == 1; });
  CHECK(driver.listings[0].question == Question::names);
  CHECK(driver.listings[0].live == 1);
}

TEST_CASE("a server that ends is asked the same question once more") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  const std::string details = answer("7 $4 1 5 1 1 @2:9:0  kube-coder-a\n");
  FakeServer server(driver.loop, folder / "s", answering_in_turn({"", details}));
  driver.question = Question::details;
  CHECK(driver.list().live == 1);
  CHECK(server.peer(1).received() == read_answer("long/request.bin"));
}

TEST_CASE("a server that holds its text back gets WRITE_READY") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(write_open(1)));
  driver.lister.begin();
  driver.run_until([&] { return server.accepted() == 1 && server.last().received().size() > 201; });
  CHECK(server.last().received().substr(201) ==
        std::string(kOutputReady.data(), kOutputReady.size()));
  server.last().send(write_text(1, "7 $0 1 kube-coder-a\n") + exit_frame(0));
  driver.run_until([&] { return !driver.listings.empty(); });
  CHECK(driver.listings[0].live == 1);
}

TEST_CASE("an answer that is whole at once gets no reply") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  driver.list();
  driver.run_until([&] { return server.last().gone(); });
  CHECK(server.last().received().size() == 201);
}

TEST_CASE("a server's end is met by one more try") {
  struct Row {
    const char* what;
    std::vector<std::string> answers;
    std::size_t connections;
    std::string result;
  };
  const std::string shutdown = frame(210, "");
  const std::string half = write_open(1) + write_text(1, "7 $0 1 kube-coder-a\n") + shutdown;
  const Row row = GENERATE_COPY(values<Row>({
      {"EOF once", {"", kTwo}, 2, "known"},
      {"EOF twice", {"", "", kTwo}, 2, "protocol_error"},
      {"SHUTDOWN once", {shutdown, kTwo}, 2, "known"},
      {"SHUTDOWN in the middle", {half, kTwo}, 2, "known"},
      {"SHUTDOWN twice", {shutdown, shutdown, kTwo}, 2, "protocol_error"},
      {"EOF, then the server's no", {"", exit_frame(1, "access not allowed")}, 2, "access_denied"},
      {"EOF, then garbage", {"", "garbage, garbage"}, 2, "protocol_error"},
      {"garbage is not asked again", {"garbage, garbage", kTwo}, 1, "protocol_error"},
      {"a no is not asked again", {exit_frame(1, "no"), kTwo}, 1, "protocol_error"},
  }));
  CAPTURE(row.what);
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering_in_turn(row.answers));
  CHECK(fault_of(driver.list()) == row.result);
  CHECK(server.accepted() == row.connections);
}

TEST_CASE("a server that ends and is gone at the second try is a known zero") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer* handle = nullptr;
  FakeServer server(driver.loop, folder / "s", {nullptr, [&](FakeServer::Peer& peer) {
                                                  handle->stop_listening();
                                                  peer.close();
                                                }});
  handle = &server;
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "known");
  CHECK(listing.sessions.empty());
  CHECK(listing.live == 0);
}

TEST_CASE("a server that says no before it reads the request is heard") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s",
                    {[](FakeServer::Peer& peer) {
                       peer.send(exit_frame(1, "access not allowed"));
                       peer.close();
                     },
                     nullptr});
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "access_denied");
  CHECK(listing.detail.find("tmux socket " + (folder / "s") + ": ") == 0);
  CHECK(listing.detail.find("\"access not allowed\"") != std::string::npos);
}

TEST_CASE("one unknown socket makes the whole listing unknown") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a", folder / "b"}));
  FakeServer good(driver.loop, folder / "a", answering(kTwo));
  FakeServer bad(driver.loop, folder / "b", answering("garbage, garbage"));
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "protocol_error");
  CHECK(listing.detail.find(folder / "b") != std::string::npos);
  CHECK(listing.sessions.empty());
  CHECK(listing.live == 0);
  CHECK(listing.servers.size() == 2);
}

TEST_CASE("the sessions of two servers are added up, each with its server") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "b", folder / "a"}));
  FakeServer first(driver.loop, folder / "b", answering(kTwo));
  FakeServer second(driver.loop, folder / "a", answering(answer("9 $4 3 kube-coder-a\n")));
  const Listing listing = driver.list();
  CHECK(names_of(listing) == std::vector<std::string>{"kube-coder-a", "other", "kube-coder-a"});
  CHECK(listing.live == 2);
  CHECK(listing.sessions[1].socket == 0);
  CHECK(listing.sessions[2].socket == 1);
  REQUIRE(listing.servers.size() == 2);
  CHECK(listing.servers[0].path == folder / "b");
  CHECK(listing.servers[1].pid == 9);
}

TEST_CASE("a begin while a listing runs starts no other") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  CHECK_FALSE(driver.lister.running());
  driver.lister.begin();
  CHECK(driver.lister.running());
  driver.lister.begin();
  driver.run_until([&] { return driver.listings.size() == 1; });
  driver.lister.begin();
  driver.run_until([&] { return driver.listings.size() == 2; });
  CHECK(server.accepted() == 2);
}

TEST_CASE("the callback finds the lister free and may begin again") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kTwo));
  driver.on_listing = [&] {
    CHECK_FALSE(driver.lister.running());
    if (driver.listings.size() < 3) driver.lister.begin();
  };
  driver.lister.begin();
  driver.run_until([&] { return driver.listings.size() == 3; });
  CHECK(driver.listings[0].ended <= driver.listings[1].began);
}

TEST_CASE("new settings hold from the next listing that begins") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a"}));
  FakeServer server(driver.loop, folder / "a", answering(kTwo));
  CHECK(driver.list().live == 1);
  CHECK(driver.lister.configure({{folder / "a"}, {"x"}, kPatience, kPatience}));
  CHECK(driver.list().live == 0);
}

TEST_CASE("a listing that is overtaken by other sockets or names is made anew before it is told") {
  const bool other_socket = GENERATE(true, false);
  CAPTURE(other_socket);
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a"}));
  FakeServer first(driver.loop, folder / "a", answering(kTwo));
  FakeServer second(driver.loop, folder / "b", answering(answer("9 $1 3 kube-coder-b\n")));
  driver.lister.begin();
  driver.run_until([&] { return first.accepted() == 1; });
  REQUIRE(driver.listings.empty());
  ListerSettings settings = settings_for({folder / (other_socket ? "b" : "a")});
  if (!other_socket) settings.match = {"*-b"};
  CHECK(driver.lister.configure(settings));
  // Once more before it ends: still of others than the listing that runs.
  CHECK_FALSE(driver.lister.configure(settings));
  driver.run_until([&] { return !driver.lister.running(); });
  REQUIRE(driver.listings.size() == 1);
  CHECK(driver.listings[0].servers[0].path == folder / (other_socket ? "b" : "a"));
  CHECK(driver.listings[0].live == (other_socket ? 1 : 0));
}

TEST_CASE("a listing under which only times change is told as it is") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a"}));
  FakeServer server(driver.loop, folder / "a", answering(kTwo));
  driver.lister.begin();
  driver.run_until([&] { return server.accepted() == 1; });
  CHECK_FALSE(driver.lister.configure(settings_for({folder / "a"}, kPatience / 2)));
  driver.run_until([&] { return driver.listings.size() == 1; });
  CHECK_FALSE(driver.lister.running());
}

}  // namespace
}  // namespace taskgate::tmux
