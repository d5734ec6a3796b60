#include "proxy/create.h"

#include <utility>

#include "proxy/admission.h"
#include "proxy/session_name.h"

namespace taskgate::proxy {

// What the answer names the session. The gate waits for that, so it is told in any case: of an
// answer that breaks off, that it named none.
struct Create::Naming {
  Naming(Admission& to, std::uint64_t reservation, const route::Rule& rule, gate::Maker create,
         HeldBytes::Holder& held_for)
      : admission(to),
        reservation_id(reservation),
        maker(std::move(create)),
        reader(rule.session),
        client(held_for) {}
  Naming(const Naming&) = delete;
  Naming& operator=(const Naming&) = delete;
  ~Naming() { admission.session_named(reservation_id, name, std::move(maker)); }

  void read(std::string_view bytes) {
    const std::size_t before = reader.bytes();
    reader.feed(bytes);
    client.recharge(before, reader.bytes());
  }

  Admission& admission;
  std::uint64_t reservation_id;
  gate::Maker maker;
  SessionNameReader reader;
  HeldBytes::Holder& client;
  std::string name;
};

Create::Create() = default;
Create::Create(Admission& admission, gate::Reservation reservation)
    : admission_(&admission), reservation_(std::move(reservation)) {}
Create::Create(Create&& other) noexcept = default;
Create::~Create() = default;

void Create::expect_name(const route::Rule& rule, std::string_view request_id,
                         std::string_view path_id, HeldBytes::Holder& client) {
  names_ = &rule;
  request_id_ = request_id;
  path_id_ = path_id;
  client_ = &client;
}

void Create::not_sent() {
  if (reservation_) admission_->not_sent(reservation_);
}

void Create::answered(const http::ResponseHead& head) {
  if (!reservation_) return;
  if (names_ != nullptr) {
    gate::Maker maker{names_->name, std::string(request_id_), std::string(path_id_)};
    naming_ = std::make_unique<Naming>(*admission_, reservation_.id(), *names_, std::move(maker),
                                       *client_);
  }
  claim_ = admission_->answered(reservation_, head.status);
  const bool created = head.status == 201 || head.status == 202;
  // What is in a coded body, gzip or another, is not seen.
  const bool is_coded = http::find_field(head.fields, "Content-Encoding") != nullptr;
  if (!created || is_coded) claim_.reset();
  if (head.status / 100 != 2 || is_coded) naming_.reset();
}

void Create::lost() {
  if (reservation_) admission_->lost(reservation_);
}

void Create::passed(std::string_view bytes) {
  sniffer_.feed(bytes);
  if (!naming_) return;
  naming_->read(bytes);
  // Its client may take hours for the rest.
  if (naming_->reader.is_too_long()) end_naming();
}

void Create::finished() {
  if (naming_) {
    naming_->name = naming_->reader.name();
    end_naming();
  }
  if (claim_ && !sniffer_.saw_error()) admission_->succeeded(*claim_);
}

void Create::end_naming() {
  naming_.reset();
  admission_->pump();
}

}  // namespace taskgate::proxy
