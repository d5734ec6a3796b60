#include "tmux/listing.h"

namespace taskgate::tmux {

const char* name_of(Fault fault) {
  switch (fault) {
    case Fault::timeout:
      return "timeout";
    case Fault::permission_denied:
      return "permission_denied";
    case Fault::access_denied:
      return "access_denied";
    case Fault::folder_missing:
      return "folder_missing";
    case Fault::not_a_socket:
      return "not_a_socket";
    case Fault::vanished:
      return "vanished";
    case Fault::socket_deleted:
      return "socket_deleted";
    case Fault::socket_replaced:
      return "socket_replaced";
    case Fault::another_server:
      return "another_server";
    case Fault::protocol_error:
      return "protocol_error";
    case Fault::system_error:
      return "system_error";
  }
  return "system_error";
}

}  // namespace taskgate::tmux
