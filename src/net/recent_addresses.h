// The addresses that the last answers for a name held. Name servers turn their order round, and
// some give a few of many each time: neither is news. Passive.
#pragma once

#include <vector>

#include "net/resolve.h"

namespace taskgate::net {

class RecentAddresses {
 public:
  // An address that none of so many answers held is forgotten.
  static constexpr unsigned kAnswers = 20;

  struct Change {
    bool added = false;
    bool forgotten = false;
  };
  Change take(const Endpoints& answer);
  // What comes next is about another name.
  void clear() { addresses_.clear(); }

 private:
  struct Address {
    asio::ip::tcp::endpoint endpoint;
    unsigned last = 0;  // answer that held it
  };

  std::vector<Address> addresses_;
  unsigned answers_ = 0;
};

}  // namespace taskgate::net
