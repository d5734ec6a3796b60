#include "tmux/failure.h"

#include <unistd.h>

#include <cerrno>

#include "support/catch.h"

namespace taskgate::tmux {
namespace {

TEST_CASE("each failure says which socket, what happened and what to check") {
  const std::string uid = std::to_string(geteuid());
  struct Row {
    Failure failure;
    Fault fault;
    std::string detail;
  };
  const std::vector<Row> rows{
      {timed_out("/t/s", std::chrono::seconds(1)), Fault::timeout,
       "tmux socket /t/s: the server took the connection but gave no answer within 1s; check "
       "whether the tmux server is stopped, stuck or short of CPU"},
      {still_owed("/t/s", std::chrono::milliseconds(1500)), Fault::timeout,
       "tmux socket /t/s: the server still owes the answer to a question asked 1500ms ago, and is "
       "asked no second one; check whether the tmux server is stopped, stuck or short of CPU"},
      {still_owed("/t/s", std::chrono::milliseconds(75'250)), Fault::timeout,
       "tmux socket /t/s: the server still owes the answer to a question asked 75s ago, and is "
       "asked no second one; check whether the tmux server is stopped, stuck or short of CPU"},
      {backlog_full("/t/s"), Fault::timeout,
       "tmux socket /t/s: the server takes no more connections (its backlog is full); check "
       "whether the tmux server is stopped or stuck"},
      {permission_denied("/t/s", "connect"), Fault::permission_denied,
       "tmux socket /t/s: connect is not permitted to uid " + uid +
           "; run taskgate with the uid of the tmux server, or check the rights of the socket and "
           "of its folders"},
      {access_denied("/t/s", "it said \"access not allowed\""), Fault::access_denied,
       "tmux socket /t/s: the server does not serve uid " + uid +
           ": it said \"access not allowed\"; run taskgate with the uid of the tmux server, or "
           "allow its user with `tmux server-access -a USER` and `-w USER`"},
      {folder_missing("/t/s"), Fault::folder_missing,
       "tmux socket /t/s: neither its folder nor the one above exists; check tmux.socket and "
       "whether the shared volume is mounted"},
      {other_user("/t/tmux-1001/s", "/t/tmux-1000"), Fault::folder_missing,
       "tmux socket /t/tmux-1001/s: its folder does not exist, but another user's does: "
       "/t/tmux-1000; run taskgate with the uid of the tmux server (it runs with uid " +
           uid +
           ") or correct tmux.socket; where this user's tmux has only never run yet, make the "
           "folder"},
      {folder_above("/t", "/t/tmux-1000"), Fault::not_a_socket,
       "tmux socket /t: this folder holds no socket, but /t/tmux-1000, where tmux keeps a user's "
       "sockets; set tmux.socket to that folder, or to the socket's own path where one is to come "
       "here"},
      {not_a_socket("/t/s", "a folder"), Fault::not_a_socket,
       "tmux socket /t/s: a folder stands there, not a tmux server's socket; check tmux.socket"},
      {vanished("/t/s"), Fault::vanished,
       "tmux socket /t/s: the socket file was there and is gone; check whether it was deleted "
       "under a running tmux server (kill -USR1 makes the server create it again) or the volume "
       "was unmounted"},
      {protocol_error("/t/s", "it said \"no\""), Fault::protocol_error,
       "tmux socket /t/s: the server cannot be understood: it said \"no\"; check that a tmux of "
       "version 2.1 or later listens there"},
      {system_failure("/t/s", "connect", EMFILE), Fault::system_error,
       "tmux socket /t/s: connect failed: Too many open files; check taskgate's limits "
       "(descriptors, memory) and the path"},
  };
  for (const Row& row : rows) {
    CHECK(row.failure.fault == row.fault);
    CHECK(row.failure.detail == row.detail);
  }
}

TEST_CASE("errors that concern rights and folders get their own faults") {
  CHECK(system_failure("/t/s", "stat", EACCES).fault == Fault::permission_denied);
  CHECK(system_failure("/t/s", "connect", EPERM).fault == Fault::permission_denied);
  CHECK(system_failure("/t/s", "stat", ENOTDIR).fault == Fault::folder_missing);
  CHECK(system_failure("/t/s", "stat", ELOOP).fault == Fault::system_error);
}

TEST_CASE("the names of the faults are the vocabulary of metrics and logs") {
  CHECK(std::string(name_of(Fault::timeout)) == "timeout");
  CHECK(std::string(name_of(Fault::permission_denied)) == "permission_denied");
  CHECK(std::string(name_of(Fault::access_denied)) == "access_denied");
  CHECK(std::string(name_of(Fault::folder_missing)) == "folder_missing");
  CHECK(std::string(name_of(Fault::not_a_socket)) == "not_a_socket");
  CHECK(std::string(name_of(Fault::vanished)) == "vanished");
  CHECK(std::string(name_of(Fault::protocol_error)) == "protocol_error");
  CHECK(std::string(name_of(Fault::system_error)) == "system_error");
}

}  // namespace
}  // namespace taskgate::tmux
