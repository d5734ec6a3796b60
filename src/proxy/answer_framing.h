// How an answer goes out to the client: as it came, or with the chunked coding put on or taken off
// where the client's version asks for it (RFC 9112 sections 6.3 and 7, appendix C.2.1). A value;
// loop thread only.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "http/body.h"
#include "http/head.h"
#include "http/rules.h"
#include "proxy/peer.h"

namespace taskgate::proxy {

class AnswerFraming {
 public:
  // `may_keep`: the client wishes to keep its connection, and nothing of ours speaks against it.
  // `is_read`: its content() is asked for. `text` is an empty one, for the head.
  void plan(const http::ResponseHead& head, const http::ResponseRules& rules,
            int client_minor_version, bool may_keep, bool is_read, std::string text);

  // Whether the connection goes on behind the answer.
  bool keep() const { return keep_; }
  // Whether the end of the answer is that of the connection.
  bool ends_with_close() const { return ends_with_close_; }

  // Takes what belongs to the body from what was received, and says how much that was. It goes out
  // as parts(), the answer's head with the first of it; both stay valid until the next one.
  std::size_t take(std::string_view received, http::BodyScanner& scanner);
  std::string_view piece() const { return piece_; }
  // The piece as its sender meant it, without chunks.
  std::string_view content() const { return unpack_chunks_ ? payload_ : piece_; }
  Peer::Parts parts();
  // The head's text, until it is taken, which is when it was written.
  bool has_head() const { return !head_.empty(); }
  std::string take_head() { return std::exchange(head_, {}); }
  // What goes out behind the last one.
  std::string_view end() const { return add_chunks_ ? "0\r\n\r\n" : ""; }

 private:
  std::string head_;
  bool add_chunks_ = false;
  bool drop_chunks_ = false;
  bool unpack_chunks_ = false;  // they are dropped, or what is in them is read
  bool ends_with_close_ = false;
  bool keep_ = false;
  std::string_view piece_;
  std::string payload_;               // the piece without its chunks
  std::array<char, 20> size_line_{};  // of the piece as a chunk
};

}  // namespace taskgate::proxy
