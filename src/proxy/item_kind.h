// Asks the upstream what kind of item a launch is for: only some kinds create a task. Loop thread
// only.
#pragma once

#include <string_view>

#include "config/config.h"
#include "proxy/upstream.h"
#include "route/table.h"

namespace taskgate::proxy {

enum class ItemKind : std::uint8_t {
  creates,  // also when the upstream does not tell: the safe side
  other,    // another kind, or an item that is not there: forwarded ungated
};

// `stream` is fresh and is used up.
Task<ItemKind> ask_item_kind(Upstream& upstream, Stream& stream, const config::Config& config,
                             const route::Match& match, std::string_view host);

}  // namespace taskgate::proxy
