// The commands that a pod's own containers run: prepare in an init container, verify in a test pod.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/loopback.h"
#include "support/run.h"
#include "support/scripted_upstream.h"

using namespace taskgate::test;

namespace {

RunResult command(std::vector<std::string> words, const Environment& environment = {}) {
  words.insert(words.begin(), gate_binary());
  return run(words, clean_environment_with(environment));
}

RunResult prepare_in(const std::string& folder) {
  return command({"prepare"}, {{"TMUX_TMPDIR", folder}});
}

std::string on_loopback(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::string own_folder_in(const std::string& folder) {
  return folder + "/tmux-" + std::to_string(getuid());
}

mode_t rights_of(const std::string& path) {
  struct stat found {};
  REQUIRE(lstat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("verify takes the gate for a gate, and what is behind it not") {
  GatedWorld world;
  const RunResult gate = command({"verify", on_loopback(world.gate->port())});
  CHECK(gate.out == "a gate answers at " + on_loopback(world.gate->port()) + "\n");
  CHECK(gate.status == 0);
  const std::string behind = on_loopback(world.standin.port());
  const RunResult upstream = command({"verify", behind});
  CHECK(upstream.status == 1);
  CHECK(upstream.err.find("taskgate: no gate answers at " + behind + ", but 'SimpleHTTP") == 0);
  const RunResult admin = command({"verify", on_loopback(world.gate->admin_port())});
  CHECK(admin.status == 1);
  CHECK(
      admin.err.ends_with("but a server without a name: creates are not limited there (a gate is "
                          "asked at `listen`, not at `admin`)\n"));
}

TEST_CASE("verify takes a URL, and tells what answers before the gate from what is behind it") {
  GatedWorld world;
  const std::string url = "http://" + on_loopback(world.gate->port()) + "/oauth/";
  const RunResult gate = command({"verify", url});
  CHECK(gate.out == "a gate answers at " + url + "\n");
  CHECK(gate.status == 0);
  const RunResult tls = command({"verify", "https://ws-alice.example/"});
  CHECK(tls.status == 64);
  CHECK(tls.err.find("speaks no TLS") != std::string::npos);
  const ScriptedUpstream login(
      answer_with("HTTP/1.1 302 Found\r\nLocation: https://login/\r\nContent-Length: 0\r\n\r\n"));
  const RunResult redirected = command({"verify", on_loopback(login.port())});
  CHECK(redirected.status == 1);
  CHECK(redirected.err.find("answered 302 (to https://login/)") != std::string::npos);
}

TEST_CASE("verify says why nobody could be asked, and what it takes") {
  const ClosedPort closed;
  const RunResult refused = command({"verify", on_loopback(closed.port())});
  CHECK(refused.status == 1);
  CHECK(refused.err == "taskgate: " + on_loopback(closed.port()) +
                           ": Connection refused\nSo it cannot be told. Check host and port, and "
                           "that a pod is ready behind them.\n");
  CHECK(command({"verify"}).status == 64);
  CHECK(command({"verify", "somewhere"}).err ==
        "taskgate: 'somewhere' has no port; use HOST:PORT or http://HOST[:PORT][/PATH]\n");
}

TEST_CASE("prepare makes a folder that tmux takes, on a volume that everyone may write") {
  const TempDir dir;
  const std::string volume = dir / "volume";
  std::filesystem::create_directory(volume);
  REQUIRE(chmod(volume.c_str(), 02777) == 0);
  const RunResult made = prepare_in(volume + "/shared");
  CHECK(made.err == "");
  CHECK(made.status == 0);
  const std::string folder = own_folder_in(volume + "/shared");
  CHECK((rights_of(folder) & 0777) == 0700);
  const RunResult session = run({"tmux", "-f", "/dev/null", "new-session", "-d", "-s", "one"},
                                clean_environment_with({{"TMUX_TMPDIR", volume + "/shared"}}));
  CHECK(session.err == "");
  const std::string socket = folder + "/default";
  CHECK(run({"tmux", "-S", socket, "kill-server"}).status == 0);
}

TEST_CASE("prepare mends the rights of a folder that is there, and runs twice") {
  const TempDir dir;
  const std::string folder = own_folder_in(dir.path().string());
  std::filesystem::create_directory(folder);
  REQUIRE(chmod(folder.c_str(), 0777) == 0);
  CHECK(prepare_in(dir.path()).status == 0);
  CHECK(prepare_in(dir.path()).status == 0);
  CHECK((rights_of(folder) & 0777) == 0700);
}

TEST_CASE("prepare says what it cannot mend") {
  const TempDir dir;
  const std::string link = own_folder_in(dir.path().string());
  std::filesystem::create_directory_symlink(dir / "elsewhere", link);
  const RunResult linked = prepare_in(dir.path());
  CHECK(linked.status == 1);
  CHECK(linked.err == "taskgate: " + link + ": it is there and is no folder\n");
  const std::string file = dir.write("file", "");
  const RunResult below = prepare_in(file);
  CHECK(below.status == 1);
  CHECK(below.err ==
        "taskgate: " + own_folder_in(file) + ": cannot make " + file + ": Not a directory\n");
}
