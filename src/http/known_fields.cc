#include "http/known_fields.h"

#include "base/text.h"
#include "http/head.h"

namespace taskgate::http {

namespace {

// Tells nearly every other name apart without looking at more of it.
constexpr std::size_t key_of(std::size_t size, char first) {
  return size << 8 | static_cast<unsigned char>(first | 0x20);
}

KnownField if_named(std::string_view name, std::string_view expected, KnownField which) {
  return equals_ignoring_case(name, expected) ? which : KnownField::other;
}

}  // namespace

KnownField identify(std::string_view name) {
  if (name.empty()) return KnownField::other;
  switch (key_of(name.size(), name.front())) {
    case key_of(2, 't'):
      return if_named(name, "TE", KnownField::te);
    case key_of(4, 'h'):
      return if_named(name, "Host", KnownField::host);
    case key_of(6, 'e'):
      return if_named(name, "Expect", KnownField::expect);
    case key_of(7, 't'):
      return if_named(name, "Trailer", KnownField::trailer);
    case key_of(7, 'u'):
      return if_named(name, "Upgrade", KnownField::upgrade);
    case key_of(10, 'c'):
      return if_named(name, "Connection", KnownField::connection);
    case key_of(10, 'k'):
      return if_named(name, "Keep-Alive", KnownField::keep_alive);
    case key_of(12, 'm'):
      return if_named(name, "Max-Forwards", KnownField::max_forwards);
    case key_of(14, 'c'):
      return if_named(name, "Content-Length", KnownField::content_length);
    case key_of(15, 'x'):
      return if_named(name, "X-Forwarded-For", KnownField::x_forwarded_for);
    case key_of(16, 'p'):
      return if_named(name, "Proxy-Connection", KnownField::proxy_connection);
    case key_of(17, 't'):
      return if_named(name, "Transfer-Encoding", KnownField::transfer_encoding);
    default:
      return KnownField::other;
  }
}

KnownFields::KnownFields(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    Occurrence& occurrence = occurrences_[static_cast<std::size_t>(field.known)];
    if (occurrence.count++ == 0) occurrence.first = &field;
  }
}

}  // namespace taskgate::http
