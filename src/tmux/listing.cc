#include "tmux/listing.h"

#include "base/names.h"

namespace taskgate::tmux {
namespace {

constexpr auto kFaultNames =
    names_up_to(Fault::system_error, {{Fault::timeout, "timeout"},
                                      {Fault::permission_denied, "permission_denied"},
                                      {Fault::access_denied, "access_denied"},
                                      {Fault::folder_missing, "folder_missing"},
                                      {Fault::not_a_socket, "not_a_socket"},
                                      {Fault::vanished, "vanished"},
                                      {Fault::socket_deleted, "socket_deleted"},
                                      {Fault::socket_replaced, "socket_replaced"},
                                      {Fault::another_server, "another_server"},
                                      {Fault::protocol_error, "protocol_error"},
                                      {Fault::system_error, "system_error"}});

}  // namespace

const char* name_of(Fault fault) {
  return kFaultNames[fault];
}

}  // namespace taskgate::tmux
