#include "net/name_lookup.h"

#include <utility>

namespace taskgate::net {

void NameLookup::set(std::string host, std::uint16_t port) {
  if (under_way_ && host == host_ && port == port_) return;
  ErrorCode no_address;
  asio::ip::make_address(host, no_address);
  is_name_ = no_address.failed();
  host_ = std::move(host);
  port_ = port;
  under_way_ = false;
  timer_.cancel();
  look_up(Clock::now());
}

void NameLookup::failed(TimePoint now) {
  if (is_name_ && now >= asked_ + pauses_.retry) look_up(now);
}

void NameLookup::look_up(TimePoint now) {
  if (std::exchange(under_way_, true)) return;
  asked_ = now;
  due_ = TimePoint::max();
  ask_(host_, port_, [this, number = ++number_](Endpoints found, ErrorCode error) {
    if (number == number_) answered(std::move(found), error);
  });
}

void NameLookup::answered(Endpoints found, ErrorCode error) {
  under_way_ = false;
  if (error) {
    timer_.expires_at(asked_ + pauses_.retry);
    timer_.async_wait([this](ErrorCode cancelled) {
      if (!cancelled) look_up(Clock::now());
    });
  } else if (is_name_) {
    due_ = asked_ + pauses_.renewal;
  }
  take_(std::move(found), error);
}

}  // namespace taskgate::net
