#include "proxy/session_name.h"

#include "proxy/json_body.h"

namespace taskgate::proxy {

void SessionNameReader::feed(std::string_view bytes) {
  is_too_long_ = is_too_long_ || body_.size() + bytes.size() > JsonBody::kMost;
  if (is_too_long_) {
    std::string().swap(body_);
  } else {
    body_ += bytes;
  }
}

std::string SessionNameReader::name() const {
  JsonBody body(body_);
  for (const route::SessionName& each : where_) {
    const boost::json::value* value = body.find(each.pointer);
    const auto text = value != nullptr && value->is_bool() ? std::nullopt : text_of(value);
    if (text && !text->empty()) return each.prefix + *text;
  }
  return {};
}

}  // namespace taskgate::proxy
