// One bound on the memory of everything that is held for clients (limits.held): what their buffers
// have beyond a small first one, heads and bodies that wait, and the connections themselves. What
// came is charged, not what may come.
//
// When it is used up, whoever needs more waits, and reading pauses; those who hold least go on
// first. Meanwhile others give back what is held for them (reclaim.h). Loop thread only.
#pragma once

#include <boost/intrusive/set.hpp>
#include <cstddef>
#include <cstdint>

#include "base/task.h"
#include "observe/status.h"
#include "proxy/heap_trim.h"
#include "proxy/reclaim.h"

namespace taskgate::proxy {

// What more memory is for. It decides how much of the bound is there for it.
enum class HeldFor : std::uint8_t {
  speed,    // goes as well without it
  head,     // the rest of a message's head
  body,     // the rest of a create's body, of all of which there is a bound too
  request,  // a request with all that carries it
};

class HeldBytes {
 public:
  struct Limits {
    std::size_t total;   // limits.held
    std::size_t bodies;  // admission.body_total
  };

  // Of `spares` those go that a crowd has left.
  HeldBytes(asio::io_context& loop, const observe::ConnectionCounts& counts, Limits limits,
            Spares& spares);
  void set_limits(Limits limits);

  // What a client asks for: `room` has to be there, and `charged` of it is charged then.
  struct Claim {
    HeldFor use;
    std::size_t room;
    std::size_t charged;
  };
  // What is held for one client. Destroyed, it gives all of it back.
  class Holder : public Reclaimable {
   public:
    explicit Holder(HeldBytes& all);

    // Whether what it asks for is there; it is charged then.
    bool try_claim(const Claim& claim);
    bool try_charge(HeldFor use, std::size_t bytes) { return try_claim({use, bytes, bytes}); }
    // Waits for it; false when `wake` was cancelled by another before. It points to the timer for
    // as long as this waits.
    Task<bool> wait(Claim claim, Timer*& wake) { return all_.wait(*this, claim, wake); }
    void discharge(std::size_t bytes) { all_.take(*this, bytes); }

    // Copies of what came in, which are charged whether there is room or not, since what they were
    // made of goes soon. Small ones are a part of what every request costs; what grows is charged
    // by its steps, however small.
    void charge_text(std::size_t bytes);
    void charge_growth(std::size_t bytes);
    // Of a text that has grown from so many bytes to so many, or has shrunk.
    void recharge(std::size_t before, std::size_t now);
    void discharge_text(std::size_t bytes);
    void end_request();

   protected:
    ~Holder() override;

   private:
    HeldBytes& all_;
    std::size_t text_ = 0;  // of what it holds
  };

  // Whether requests are to wait, since the connections themselves have used it up.
  bool crowded() const { return !fits(0, {HeldFor::request, Holder::kRequest, 0}); }
  // Whether who stalls is to give way before further clients come, each of which costs something.
  // Those are looked for from here on.
  bool overdrawn();
  observe::HeldCounts counts() const { return {used_, reclaim_.gave_way()}; }

 private:
  struct Waiting : boost::intrusive::set_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    Waiting(asio::io_context& loop, Holder& who, const Claim& what)
        : holder(who), claim(what), size(who.bytes() + what.room), wake(loop, TimePoint::max()) {}
    friend bool operator<(const Waiting& a, const Waiting& b) { return a.size < b.size; }

    Holder& holder;
    Claim claim;
    std::size_t size;
    Timer wake;
    bool granted = false;
  };

  std::size_t busy() const;
  std::size_t in_use() const;
  std::size_t beyond_free(std::size_t clients) const;
  std::size_t connections() const { return beyond_free(clients_); }
  std::size_t over() const;
  bool is_overdrawn() const;
  bool fits(std::size_t held, const Claim& claim) const;
  bool body_fits(const Holder& holder, const Claim& claim) const;
  Task<bool> wait(Holder& holder, Claim claim, Timer*& wake);
  void add(Holder& holder, HeldFor use, std::size_t bytes);
  void take(Holder& holder, std::size_t bytes);
  void grant_soon();
  void grant();
  void look_soon();
  void look();
  Reclaim::Shortage shortage(Reclaim::Bound bound) const;
  void fell() noexcept;

  Limits limits_;
  const observe::ConnectionCounts& counts_;
  std::size_t used_ = 0;
  std::size_t bodies_ = 0;  // of it
  std::size_t clients_ = 0;
  boost::intrusive::multiset<Waiting, boost::intrusive::constant_time_size<false>> waiting_;
  asio::io_context& loop_;
  Timer look_;
  bool looking_ = false;
  bool granting_ = false;
  Reclaim reclaim_;
  HeapTrim heap_;
};

}  // namespace taskgate::proxy
