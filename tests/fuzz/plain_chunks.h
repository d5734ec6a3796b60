// The chunked coding (RFC 9112 section 7.1) decoded a second time, in the plainest way: from the
// first byte to the last, by the grammar, with the strictness that src/http/chunk_scanner.h names.
// Inputs are shorter than its bounds on extensions and trailers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace taskgate::fuzz {

struct PlainChunks {
  enum class End { more, complete, malformed };

  End end = End::more;
  std::size_t taken = 0;  // up to the end of the body, or the byte that may not be
  std::string payload;
};

PlainChunks decode_plainly(std::string_view input);

}  // namespace taskgate::fuzz
