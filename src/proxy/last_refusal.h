// The last refusal, for the next one: those of a crowd are refused alike, and to put their words
// together costs more than all else of an answer. Loop thread only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/own_answers.h"

namespace taskgate::proxy {

class LastRefusal {
 public:
  // As refuse_create() of the refusal's text; stays valid until the next call.
  const Answer& answer(const RefusedCreate& refused,
                       const std::shared_ptr<const config::Config>& config, std::uint32_t draw,
                       const Envelope& envelope);

 private:
  using Places = std::array<std::size_t, 2>;  // in the head and in the body
  void make_text(const RefusedCreate& refused, const std::shared_ptr<const config::Config>& config);
  void make_answer(std::uint32_t draw, const Envelope& envelope);
  bool fits(std::string_view seconds, const Envelope& envelope) const;
  void put(const Places& places, std::string_view text);

  // What text_ was made from.
  gate::Verdict verdict_;
  std::optional<std::chrono::seconds> stood_in_line_;
  std::shared_ptr<const config::Config> config_;
  RefusalText text_;

  // What answer_ was made from besides; an empty date: there is none to be used again.
  std::string date_;
  Persistence persistence_{};
  std::size_t id_size_ = 0;
  std::size_t seconds_size_ = 0;
  // Of Retry-After and of the request's id, in which the next one differs.
  Places seconds_{};
  Places ids_{};
  Answer answer_{};
};

}  // namespace taskgate::proxy
