// The sequencer of listings: one at a time, the native protocol, no tmux binary, no polling.
#pragma once

#include <functional>
#include <memory>

#include "base/task.h"
#include "tmux/lister_settings.h"
#include "tmux/listing.h"

namespace taskgate::tmux {

// Loop thread only. May end at any time, in its own callback too, but not after the io_context.
class Lister {
 public:
  // Called on the loop with each listing that ended, and with the late answer of a server that had
  // been given up (its `began` is that of the query it answers).
  using OnListing = std::function<void(const Listing&)>;
  // Called when a listing begins, a turn of the loop behind begin() or later, so that its question
  // fits those who wait by then; without it names are asked.
  using Choose = std::function<Question()>;

  Lister(asio::io_context& loop, ListerSettings settings, OnListing on_listing,
         Choose choose = nullptr);
  ~Lister();
  Lister(const Lister&) = delete;
  Lister& operator=(const Lister&) = delete;

  // Starts a listing unless one is running, or as soon as tmux has rested (rest.h). A socket whose
  // server still owes an answer gets no second connection: its report ends at once as
  // Fault::timeout. `asks_for_others`: Listing::other is wanted, even if the listing does not need
  // it.
  void begin(bool asks_for_others = false);
  bool running() const;  // or about to
  // A listing is under way that tmux was asked for: it may miss what happens from now on.
  bool has_begun() const;

  // From the next listing on. True: by these other sessions may count, so that what was listed
  // before says nothing of them; a listing that runs is then made anew before it is told.
  bool configure(ListerSettings settings);

 private:
  // Shared with the suspended coroutines and the timer's handler: see lister.cc on destruction.
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace taskgate::tmux
