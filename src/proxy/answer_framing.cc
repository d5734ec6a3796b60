#include "proxy/answer_framing.h"

#include <charconv>

#include "http/rewrite.h"

namespace taskgate::proxy {

void AnswerFraming::plan(const http::ResponseHead& head, const http::ResponseRules& rules,
                         int client_minor_version, bool may_keep, bool is_read, std::string text) {
  head_ = std::move(text);
  const bool client_is_10 = client_minor_version == 0;
  const bool until_close = rules.body.kind == http::BodyKind::until_close;
  add_chunks_ = until_close && !client_is_10;
  const bool is_chunked = rules.body.kind == http::BodyKind::chunked;
  drop_chunks_ = is_chunked && client_is_10;
  unpack_chunks_ = is_chunked && (client_is_10 || is_read);
  ends_with_close_ = client_is_10 && (until_close || drop_chunks_);
  keep_ = may_keep && !ends_with_close_;
  http::ResponseEdits edits{.add_chunked = add_chunks_, .drop_transfer_encoding = client_is_10};
  if (!keep_) {
    edits.connection = http::ConnectionField::close;
  } else if (client_is_10) {
    edits.connection = http::ConnectionField::keep_alive;
  }
  http::append_response(head_, head, edits);
}

std::size_t AnswerFraming::take(std::string_view received, http::BodyScanner& scanner) {
  payload_.clear();
  const std::size_t taken = scanner.feed(received, unpack_chunks_ ? &payload_ : nullptr);
  piece_ = drop_chunks_ ? payload_ : received.substr(0, taken);
  return taken;
}

Peer::Parts AnswerFraming::parts() {
  if (!add_chunks_ || piece_.empty()) return {head_, piece_};
  char* const begin = size_line_.data();
  char* end = std::to_chars(begin, begin + size_line_.size(), piece_.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {head_, std::string_view(begin, end), piece_, "\r\n"};
}

}  // namespace taskgate::proxy
