// Who holds the slots of a gate, in rows. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "view/view.h"

namespace taskgate::view {

// Those who hold a slot; while that is not known, those who held one when it was known last.
Holders holders_of(const boost::json::value& status);

// Why somebody may want to look after a session; another one's name is without `prefix`.
std::string state_in_words(const HolderRow& row, const std::string& prefix);

// The longest idle ones first; those of whom it is not known last.
void sort_idle_first(Holders& holders);

// By where they come from; the first row of each group bears the group's words.
void group_by_origin(Holders& holders);

// "fix-login (3 h 5 min), docs (40 min, ended)": the idle ones that are idle for longest, at most
// `most`; empty where none is.
std::string longest_idle(const Holders& holders, std::size_t most);

}  // namespace taskgate::view
