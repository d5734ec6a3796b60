// The live sessions. Where they come from is for people who look: created through the gate,
// inherited, or made by another door; that is a guess where no answer named the session, and
// decides nothing (see gate.h on why sessions are not matched to creates). One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gate/classes.h"
#include "gate/snapshot.h"
#include "tmux/listing.h"

namespace taskgate::gate {

class Origins {
 public:
  struct Known {
    Holder holder;
    std::uint64_t last_seen = 0;        // number of the listing
    TimePoint first_shown{};            // when the first listing ended that showed it
    std::optional<ClassId> class_id{};  // of the create whose answer named it; unset: none has
  };

  // `started`: Unix seconds since when creates could pass the gate; without it, whatever the first
  // listing shows was there before.
  explicit Origins(std::optional<std::int64_t> started = std::nullopt) : started_(started) {}

  // A good listing. `claim` is asked once for each new matching session and says whether there is a
  // create that it can be put down to. Gives the matching sessions that ended since the one before.
  std::vector<Holder> observe(const tmux::Listing& listing, const std::function<bool()>& claim);

  // From the next good listing on other sessions count, as a reload wants it: those that it shows
  // first were there before, and those that it does not show may well live.
  void count_others() { counts_others_ = true; }

  // The session of this name that no answer has named yet, if no listing showed it that ended
  // before or at `shown_after`; null: there is none.
  Known* unclaimed(std::string_view name, TimePoint shown_after);

  // Calls `look` for each matching session of the last listing.
  template <typename Look>
  void each(Look look) const {
    for (const auto& [key, known] : sessions_) look(known);
  }
  // They, oldest first, as holders of the class that `class_name` gives.
  std::vector<Holder> holders(
      const std::function<std::string(const Known&)>& class_name = nullptr) const;

 private:
  // A session's identity: ids start over with a restarted server, so the server's pid belongs to
  // it; and the socket's path, since its place among the others changes when one comes or goes.
  using Key = std::tuple<std::string, std::int32_t, std::uint64_t>;
  Origin origin_of_new(std::int64_t created, const std::function<bool()>& claim,
                       bool may_be_old) const;
  std::vector<Holder> take_unseen();

  const std::optional<std::int64_t> started_;
  std::map<Key, Known> sessions_;
  tmux::Sessions listed_;  // by the last good listing
  // Good ones so far, but for those that showed what the one before did.
  std::uint64_t listings_ = 0;
  bool counts_others_ = false;  // than the last one
};

}  // namespace taskgate::gate
