#include "gate/attribution.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {
namespace {

// Up to 3.6 tmux writes a name so: both characters have a meaning where a session is named as a
// target. Later ones leave it as it is.
std::string as_old_tmux_writes(std::string_view name) {
  std::string written(name);
  std::ranges::replace(written, '.', '_');
  std::ranges::replace(written, ':', '_');
  return written;
}

}  // namespace

void Attribution::admitted(std::uint64_t id, ClassId class_id, bool is_named, TimePoint now) {
  creates_.push_back({.id = id, .class_id = class_id, .admitted = now, .expects_name = is_named});
}

void Attribution::gone(std::uint64_t id) {
  std::erase_if(creates_, [&](const Create& each) { return each.id == id; });
}

void Attribution::unnamed(std::uint64_t id) {
  Create* create = find(id);
  if (create == nullptr) return;
  create->expects_name = false;
  if (create->is_settled) gone(id);
}

void Attribution::named(std::uint64_t id, std::string_view name, Maker maker, Origins& sessions) {
  Create* create = find(id);
  if (create == nullptr) return;
  if (name.empty()) return unnamed(id);
  create->name = name;
  create->maker = std::move(maker);
  if (claim(*create, sessions)) gone(id);
}

void Attribution::settled(std::uint64_t id) {
  Create* create = find(id);
  if (create == nullptr) return;
  create->is_settled = true;
  if (std::ranges::count(creates_, true, &Create::is_settled) <= std::ptrdiff_t{kMostSettled}) {
    return;
  }
  creates_.erase(std::ranges::find(creates_, true, &Create::is_settled));
}

void Attribution::match(Origins& sessions) {
  std::erase_if(creates_, [&](Create& each) { return claim(each, sessions); });
}

void Attribution::forget_settled() {
  std::erase_if(creates_, [](const Create& each) {
    return each.is_settled && !(each.expects_name && each.name.empty());
  });
}

std::optional<TimePoint> Attribution::open_since() const {
  if (creates_.empty()) return std::nullopt;
  return creates_.front().admitted;
}

bool Attribution::is_claimed(std::uint64_t id) const {
  return std::ranges::find(creates_, id, &Create::id) == creates_.end();
}

Attribution::Create* Attribution::find(std::uint64_t id) {
  const auto found = std::ranges::find(creates_, id, &Create::id);
  return found == creates_.end() ? nullptr : &*found;
}

bool Attribution::claim(Create& create, Origins& sessions) {
  if (create.name.empty()) return false;
  Origins::Known* session = sessions.unclaimed(create.name, create.admitted);
  if (session == nullptr) {
    session = sessions.unclaimed(as_old_tmux_writes(create.name), create.admitted);
  }
  if (session == nullptr) return false;
  session->class_id = create.class_id;
  session->holder.maker = std::move(create.maker);
  session->holder.origin = Origin::created;
  return true;
}

}  // namespace taskgate::gate
