// The text of the last refusal, for the next one: those of a crowd are refused alike, and to put
// the words together costs more than all else of an answer. Loop thread only.
#pragma once

#include <memory>

#include "proxy/own_answers.h"

namespace taskgate::proxy {

class RefusalTexts {
 public:
  // As refusal_text(); stays valid until the next call.
  const RefusalText& of(const RefusedCreate& refused,
                        const std::shared_ptr<const config::Config>& config);

 private:
  // What text_ was made from.
  gate::Verdict verdict_;
  std::optional<std::chrono::seconds> stood_in_line_;
  std::shared_ptr<const config::Config> config_;
  RefusalText text_;
};

}  // namespace taskgate::proxy
