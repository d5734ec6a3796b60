// Asks the upstream what kind of item a launch is for: only some kinds create a task. Loop thread
// only.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "http/head.h"
#include "proxy/upstream.h"
#include "route/table.h"

namespace taskgate::proxy {

enum class ItemKind : std::uint8_t {
  creates,  // also when the upstream does not tell: the safe side
  other,    // another kind, or an item that is not there: forwarded ungated
};

// The question that precedes the launch with this head: a GET that says of its sender all that the
// launch says, since an upstream may answer strangers that there is no such item.
std::string kind_question(const http::RequestHead& launch, std::string_view target);

// `peer` is fresh and is used up.
Task<ItemKind> ask_item_kind(Upstream& upstream, Peer& peer, const config::Config& config,
                             const route::Match& match, const http::RequestHead& launch);

}  // namespace taskgate::proxy
