// The commands as somebody at a terminal meets them. Those of a pod's own containers are in
// pod_commands_test.cc, drain and resume in lifecycle_test.cc and resume_test.cc.
#include <regex>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/loopback.h"
#include "support/run.h"
#include "support/text.h"

using namespace taskgate::test;

TEST_CASE(
    "check prints the effective configuration, or says what is wrong and where, with exit code "
    "64") {
  TempDir dir;
  const RunResult good =
      taskgate_command({"check", "--config", dir.write("good.yaml", "limit: 5\n")});
  CHECK(good.status == 0);
  CHECK(good.out.starts_with("# configuration file: " + (dir / "good.yaml") + "\n"));
  CHECK(has(good.out, "\nlimit: 5  # " + (dir / "good.yaml") + ":1:8\n"));
  CHECK(good.out.ends_with("\n# ok\n"));
  const std::string file = dir.write("bad.yaml", "limit: 5\ntmux:\n  on_unknown: maybe\n");
  const RunResult bad = taskgate_command({"check", "--config", file});
  CHECK(bad.status == 64);
  CHECK(bad.out.empty());
  CHECK(bad.err.starts_with(file + ":3:15: tmux.on_unknown: "));
  CHECK(bad.err.ends_with("\nnot ok: the gate would not start\n"));
  CHECK(taskgate_command({"run", "--config", file}).status == 64);
}

TEST_CASE("check --origins says of each value where it came from") {
  TempDir dir;
  const std::string file = dir.write("good.yaml", "limit: 5\n");
  const RunResult told = taskgate_command({"check", "--origins", "--config", file, "--admin", ":1"},
                                          {{"tmux.hold", "2s"}});
  CHECK(told.status == 0);
  CHECK(told.out.starts_with("configuration file: " + file + "\n"));
  for (const char* row : {"\nadmin +--admin +\"\\[::\\]:1\"\n", "\nlimit +\\S+good.yaml:1:8 +5\n",
                          "\ntmux.hold +TASKGATE_TMUX_HOLD +2s\n", "\nmode +default +enforce\n"}) {
    CAPTURE(row);
    CHECK(std::regex_search(told.out, std::regex(row)));
  }
  CHECK(told.out.ends_with("\nok\n"));
}

TEST_CASE("check without a file says where it looked, and warnings are counted") {
  const RunResult told = taskgate_command({"check", "--routes", "none"});
  CHECK(told.status == 0);
  CHECK(has(told.err, "warning: --routes: "));
  CHECK(told.out.ends_with("\n# ok, with 1 warning\n"));
  CHECK(told.out.starts_with("# no configuration file: /etc/taskgate/config.yaml is not there\n"));
}

TEST_CASE("sessions lists what counts, and fails with the reason when it cannot") {
  GatedWorld world;
  world.tmux.new_session("kube-coder-a");
  world.tmux.new_session("other");
  const RunResult listed = taskgate_command({"sessions"}, {{"tmux.socket", world.tmux.socket()}});
  CHECK(listed.status == 0);
  CHECK(std::regex_search(
      listed.out,
      std::regex("^COUNTS +ID +SERVER +AGE +IDLE +SESSION\\s+yes +\\$\\d+ +\\d+ +\\d+ s +\\d+ s +"
                 "kube-coder-a\nno .* other\n")));
  CHECK(listed.out.ends_with("1 live of 12 allowed\n"));
  const RunResult unknown = taskgate_command({"sessions"}, {{"tmux.socket", "/dev/null"}});
  CHECK(unknown.status == 1);
  CHECK(unknown.err.starts_with("unknown (not_a_socket)"));
  CHECK(has(unknown.err, "\nasked: /dev/null (tmux.socket: TASKGATE_TMUX_SOCKET)\n"));
}

TEST_CASE("sessions says which sockets and patterns it asked, unasked where it found nothing") {
  GatedWorld world;
  world.tmux.new_session("other");
  const std::string socket = world.tmux.socket();
  const RunResult listed =
      taskgate_command({"sessions"}, {{"tmux.socket", socket}, {"tmux.match", "a-*,b-*"}});
  CHECK(listed.status == 0);
  CHECK(has(listed.out, "0 live of 12 allowed\n"));
  CHECK(has(listed.out, "asked: " + socket + " (tmux.socket: TASKGATE_TMUX_SOCKET)\n"));
  CHECK(has(listed.out, "counts: a-*, b-* (tmux.match: TASKGATE_TMUX_MATCH)\n"));
  const RunResult asked =
      taskgate_command({"sessions", "--asked", "--tmux-socket", socket, "--tmux-match", "o*"});
  CHECK(has(asked.out, "1 live of 12 allowed\nasked: " + socket + " (tmux.socket: --tmux-socket)"));
}

TEST_CASE("explain says which rule takes a request") {
  const RunResult gated = taskgate_command({"explain", "POST", "/oauth/api/claude/tasks"});
  CHECK(gated.status == 0);
  CHECK(has(gated.out, "task"));
  CHECK_FALSE(has(gated.out, "Note:"));
  struct Row {
    std::string target;
    const char* note;
  };
  const Row rows[] = {
      {"https://ws.example/api/claude/tasks#top", "sends /api/claude/tasks alone; explain that.\n"},
      {"http://ws.example?a=/b", "sends /?a=/b alone; explain that.\n"},
      {"http://ws.example", "sends / alone; explain that.\n"},
      {"api/claude/tasks", "Note: a request's target begins with '/'.\n"},
      {"/api/app-proxy/6090/x", "leads back to the gate's own port, 6090, and is refused (508).\n"},
      {"/api/app-proxy/3000/x", "the path is another one.\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    CHECK(taskgate_command({"explain", "POST", row.target}).out.ends_with(row.note));
  }
  const RunResult wrong = taskgate_command({"explain", "POST"});
  CHECK(wrong.status == 64);
  CHECK(wrong.err.starts_with("usage: taskgate explain METHOD TARGET"));
}

TEST_CASE("a command that finds no gate says whom it asked, and what to check") {
  const ClosedPort closed;
  const std::string admin = "127.0.0.1:" + std::to_string(closed.port());
  for (const char* word : {"status", "drain", "resume"}) {
    const RunResult alone = taskgate_command({word}, {{"admin", admin}});
    CHECK(alone.status == 1);
    CHECK(alone.out.empty());
    CHECK(alone.err.starts_with("taskgate: http://" + admin + "/status: Connection refused\n"));
    CHECK(has(alone.err, "here " + admin + " (TASKGATE_ADMIN)"));
    CHECK(has(alone.err, "--admin"));
  }
}

TEST_CASE("a command asks at --admin, though `listen` or `upstream` is the same port here") {
  const GatedWorld world;
  const std::string admin = "127.0.0.1:" + std::to_string(world.gate->admin_port());
  for (const char* key : {"listen", "upstream"}) {
    CAPTURE(key);
    const RunResult shown = taskgate_command({"status", "--admin", admin}, {{key, admin}});
    CHECK(shown.status == 0);
    CHECK(shown.err.empty());
    CHECK(taskgate_command({"resume", "--admin", admin}, {{key, admin}}).status == 0);
    CHECK(taskgate_command({"drain", "--admin", admin}, {{key, admin}}).status == 0);
    CHECK(taskgate_command({"check", "--admin", admin}, {{key, admin}}).status == 64);
  }
}

// Both were refused, with words on ports that they do not use.
TEST_CASE("sessions and explain do not mind what only a gate could not have together") {
  const TmuxServer tmux;
  for (const auto& [key, value] : {std::pair{"listen", "127.0.0.1:9464"},
                                   {"upstream", "127.0.0.1:9464"},
                                   {"drain.notice", "30s"}}) {
    CAPTURE(key);
    const RunResult listed = taskgate_command({"sessions", "--admin", "127.0.0.1:9464"},
                                              {{key, value}, {"tmux.socket", tmux.socket()}});
    CHECK(listed.status == 0);
    CHECK(listed.err.empty());
    const RunResult explained = taskgate_command(
        {"explain", "POST", "/api/claude/tasks", "--admin", "127.0.0.1:9464"}, {{key, value}});
    CHECK(explained.status == 0);
    CHECK(explained.err.empty());
    CHECK(taskgate_command({"check", "--admin", "127.0.0.1:9464"}, {{key, value}}).status == 64);
  }
}

TEST_CASE("each command has its own help, wherever it is asked for") {
  const std::string all = taskgate_command({"--help"}).out;
  CHECK(has(all, "Usage: taskgate"));
  CHECK(taskgate_command({"help"}).out == all);
  for (const std::string word : {"run", "check", "sessions", "status", "explain", "verify",
                                 "prepare", "drain", "resume", "version", "help"}) {
    CAPTURE(word);
    const RunResult help = taskgate_command({word, "--help"});
    CHECK(help.status == 0);
    CHECK(help.out.starts_with("taskgate " + word + ": "));
    CHECK(taskgate_command({"help", word}).out == help.out);
    CHECK(taskgate_command({word, "-h", "--wrong"}).out == help.out);
    CHECK(has(all, "\n  " + word));
  }
}

TEST_CASE("the version is a command and a flag") {
  const RunResult version = taskgate_command({"version"});
  CHECK(version.status == 0);
  CHECK(version.out.starts_with("taskgate "));
  CHECK(taskgate_command({"--version"}).out == version.out);
}

TEST_CASE("a wrong word is told what may be meant, and does nothing") {
  struct Row {
    std::vector<std::string> words;
    std::string error;
  };
  const Row rows[] = {
      {{"chek"}, "taskgate: unknown command 'chek'; did you mean check?\n"},
      {{"stat"}, "taskgate: unknown command 'stat'; did you mean status?\n"},
      {{"resmue", "--help"}, "taskgate: unknown command 'resmue'; did you mean resume?\n"},
      {{"help", "verfy"}, "taskgate: unknown command 'verfy'; did you mean verify?\n"},
      {{"dance"}, "taskgate: unknown command 'dance'; see taskgate --help\n"},
      {{""}, "taskgate: unknown command ''; see taskgate --help\n"},
      {{"\x1b[2J"}, "taskgate: unknown command '\\x1b[2J'; see taskgate --help\n"},
      {{"status", "--jsn"}, "--jsn: unknown flag; did you mean --json?\n"},
      {{"status", "--json=yes"}, "--json=yes: takes no value; write --json\n"},
      {{"drain", "--nowait"}, "--nowait: unknown flag; did you mean --no-wait?\n"},
      {{"verify", "--hlp"}, "--hlp: unknown flag; did you mean --help?\n"},
      {{"status", "--admn", ":1"}, "--admn: unknown flag; did you mean --admin?\n"},
      {{"status", "-admin", ":1"}, "'-admin': is not a flag; did you mean --admin?\n"},
      {{"--limit", "3", "check"}, "taskgate: the command comes first: taskgate check [FLAG ...]\n"},
      {{"version", "2"}, "usage: taskgate version\n"},
      {{"prepare", "/tmp"}, "usage: taskgate prepare\n"},
      {{"verify"}, "usage: taskgate verify HOST:PORT|URL\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.words);
    const RunResult told = taskgate_command(row.words);
    CHECK(told.status == 64);
    CHECK(told.out.empty());
    CHECK(told.err == row.error);
  }
}

TEST_CASE("a command whose words cannot be written has failed") {
  const RunResult full =
      run({"sh", "-c", "exec \"$0\" check >/dev/full", gate_binary()}, gate_environment({}));
  CHECK(full.status == 1);
  CHECK(full.err == "taskgate: standard output: No space left on device\n");
}
