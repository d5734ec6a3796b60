#include "proxy/create.h"

#include "proxy/admission.h"

namespace taskgate::proxy {

void Create::not_sent() {
  if (reservation_) admission_->not_sent(reservation_);
}

void Create::answered(const http::ResponseHead& head) {
  if (!reservation_) return;
  claim_ = admission_->answered(reservation_, head.status);
  const bool created = head.status == 201 || head.status == 202;
  // What is in a coded body, gzip or another, the sniffer does not see.
  const bool is_coded = http::find_field(head.fields, "Content-Encoding") != nullptr;
  if (!created || is_coded) claim_.reset();
}

void Create::lost() {
  if (reservation_) admission_->lost(reservation_);
}

void Create::finished() {
  if (claim_ && !sniffer_.saw_error()) admission_->succeeded(*claim_);
}

}  // namespace taskgate::proxy
