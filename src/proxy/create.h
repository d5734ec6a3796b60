// One create that was admitted: what its exchange says to the gate. It owns the reservation, whose
// end must be said; destroyed before that, the create counts as *lost* (gate.h), so that no path
// can give a slot away. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "gate/gate.h"
#include "http/head.h"
#include "proxy/held_bytes.h"
#include "proxy/status_sniffer.h"
#include "route/table.h"

namespace taskgate::proxy {

class Admission;

class Create {
 public:
  Create();  // none: it was not admitted
  Create(Admission& admission, gate::Reservation reservation);
  Create(Create&& other) noexcept;
  ~Create();

  explicit operator bool() const { return admission_ != nullptr; }

  // Its answer names the session, as the rule says; the session's maker is known by these. What is
  // kept of the answer for that is held for `client`. All outlive it.
  void expect_name(const route::Rule& rule, std::string_view request_id, std::string_view path_id,
                   HeldBytes::Holder& client);

  // Of these the first one counts. No byte of it went upstream:
  void not_sent();
  // The head of the final answer is in:
  void answered(const http::ResponseHead& head);
  // There will be none:
  void lost();

  // Bytes of the answer's content, as they pass.
  void passed(std::string_view bytes);
  // The answer has passed whole.
  void finished();

 private:
  struct Naming;
  void end_naming();

  Admission* admission_ = nullptr;
  gate::Reservation reservation_;
  // That it went well, if the rest does not deny it.
  std::optional<gate::SocketCheck::Claim> claim_;
  StatusSniffer sniffer_;
  const route::Rule* names_ = nullptr;  // its answer
  std::string_view request_id_, path_id_;
  HeldBytes::Holder* client_ = nullptr;
  std::unique_ptr<Naming> naming_;  // once the answer is in
};

}  // namespace taskgate::proxy
