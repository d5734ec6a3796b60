// A client for which bytes are held, and which gives nothing back.
#pragma once

#include "proxy/held_bytes.h"

namespace taskgate::test {

class PlainHolder : public proxy::HeldBytes::Holder {
 public:
  using proxy::HeldBytes::Holder::Holder;

 private:
  void shrink() override {}
  bool give_way() override { return false; }
};

}  // namespace taskgate::test
