// Finds the end of a body in raw bytes without changing them: bodies are relayed as they are, chunk
// extensions and trailers included (RFC 9112 sections 6 and 7). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "http/chunk_scanner.h"
#include "http/rules.h"

namespace taskgate::http {

// Walks over the bytes of a body of any framing. `none` is complete from the start, `until_close`
// never: its end is the connection's.
class BodyScanner {
 public:
  explicit BodyScanner(BodyFraming framing)
      : kind_(framing.kind), remaining_(framing.length), chunks_(std::move(framing.hop_fields)) {}

  // As ChunkScanner's. The payload is the body without the chunked coding.
  std::size_t feed(std::string_view bytes, std::string* payload = nullptr);

  // Bytes that belong to the body whatever they are, known without looking at them: what is left of
  // one with a Content-Length. skip() walks over some of them.
  std::uint64_t known_length() const { return kind_ == BodyKind::length ? remaining_ : 0; }
  void skip(std::uint64_t bytes) { remaining_ -= bytes; }

  bool complete() const;
  bool failed() const { return chunks_.failed(); }
  const char* fault() const { return chunks_.fault(); }  // static text, after failed()

 private:
  std::size_t count(std::string_view bytes);

  BodyKind kind_;
  std::uint64_t remaining_;  // of `length`
  ChunkScanner chunks_;      // of `chunked`
};

}  // namespace taskgate::http
