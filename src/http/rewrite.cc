#include "http/rewrite.h"

#include <charconv>
#include <initializer_list>

#include "http/connection_options.h"
#include "http/framing.h"
#include "http/known_fields.h"

namespace taskgate::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kForwardedFor = "X-Forwarded-For";

// What this hop adds to a head fits in, for most of them.
constexpr std::size_t kUsuallyAdded = 64;

// Lines that stand side by side in the received buffer are copied with one append.
class Lines {
 public:
  explicit Lines(std::string& out) : out_(out) {}

  void keep(std::string_view line) {
    if (run_.empty() || run_.data() + run_.size() != line.data()) {
      flush();
      run_ = line;
    } else {
      run_ = {run_.data(), run_.size() + line.size()};
    }
  }

  void write(std::initializer_list<std::string_view> parts) {
    flush();
    for (const std::string_view part : parts) out_.append(part);
    out_.append(kLineEnd);
  }

  void finish() { write({}); }

 private:
  void flush() {
    out_.append(run_);
    run_ = {};
  }

  std::string& out_;
  std::string_view run_;
};

class Decimal {
 public:
  explicit Decimal(std::uint64_t number) {
    const char* const end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
    size_ = static_cast<std::size_t>(end - digits_);
  }
  std::string_view text() const { return {digits_, size_}; }

 private:
  char digits_[20];
  std::size_t size_;
};

// Of the lines of Connection, the first one with the option `upgrade` goes on where it stands, with
// that option alone, as it is spelled.
void write_upgrade(Lines& lines, const ConnectionOptions& options, const Field& field) {
  if (&field != options.upgrade_field) return;
  if (field.value == options.upgrade_option) return lines.keep(field.line());
  lines.write({field.name, ": ", options.upgrade_option});
}

class RequestWriter {
 public:
  RequestWriter(std::string& out, const RequestHead& head, const RequestEdits& edits)
      : lines_(out),
        head_(head),
        edits_(edits),
        connection_(head.connection),
        last_forwarded_(edits.forwarded_for.empty() ? nullptr : find_last_forwarded()) {}

  void write() {
    lines_.keep(head_.request_line);
    for (const Field& field : head_.fields) write_field(field);
    write_what_is_missing();
    lines_.finish();
  }

 private:
  // The last X-Forwarded-For that goes on.
  const Field* find_last_forwarded() const {
    if (is_named(kForwardedFor)) return nullptr;
    const Field* last = nullptr;
    for (const Field& field : head_.fields) {
      if (field.known == KnownField::x_forwarded_for) last = &field;
    }
    return last;
  }

  bool is_named(std::string_view name) const { return connection_.names(name); }

  void write_field(const Field& field) {
    switch (field.known) {
      case KnownField::connection:
        return write_connection(field);
      case KnownField::upgrade:
        if (keeps_upgrade()) lines_.keep(field.line());
        return;
      case KnownField::keep_alive:
      case KnownField::proxy_connection:
      case KnownField::te:
        return;
      case KnownField::content_length:
      case KnownField::transfer_encoding:
        return write_framing(field);
      case KnownField::host:
        return lines_.keep(field.line());
      case KnownField::trailer:
        if (edits_.content_length || edits_.drop_framing) return;
        return write_unless_named(field);
      case KnownField::expect:
        if (edits_.drop_expect) return;
        return write_unless_named(field);
      case KnownField::max_forwards:
        return write_max_forwards(field);
      case KnownField::x_forwarded_for:
        if (&field == last_forwarded_) return append_client(field);
        return write_unless_named(field);
      case KnownField::other:
        return write_unless_named(field);
    }
  }

  bool keeps_upgrade() const { return edits_.keep_upgrade && connection_.upgrade_field != nullptr; }

  // The client's line gives its place to the one that this hop says, so that the number of lines
  // hardly ever grows: upstreams have limits on it.
  void write_connection(const Field& field) {
    if (keeps_upgrade()) return write_upgrade(lines_, connection_, field);
    if (edits_.close && !connection_written_) lines_.write({field.name, ": close"});
    connection_written_ = true;
  }

  // Framing fields are never dropped because Connection names them: examine() refused that.
  void write_framing(const Field& field) {
    if (edits_.drop_framing) return;
    if (!edits_.content_length) return lines_.keep(field.line());
    if (framing_written_) return;
    framing_written_ = true;
    const Decimal length(*edits_.content_length);
    const bool same = field.known == KnownField::content_length && field.value == length.text();
    if (same) return lines_.keep(field.line());
    lines_.write({"Content-Length: ", length.text()});
  }

  // RFC 9110 section 7.6.2: one hop less. A request whose number is 0 is answered here and not
  // forwarded.
  void write_max_forwards(const Field& field) {
    const bool counts = head_.method == "OPTIONS" || head_.method == "TRACE";
    const auto number = counts ? parse_decimal(field.value) : std::nullopt;
    if (!number || *number == 0) return write_unless_named(field);
    lines_.write({field.name, ": ", Decimal(*number - 1).text()});
  }

  void append_client(const Field& field) {
    const std::string_view comma = field.value.empty() ? "" : ", ";
    lines_.write({field.name, ": ", field.value, comma, edits_.forwarded_for});
  }

  void write_unless_named(const Field& field) {
    if (!is_named(field.name)) lines_.keep(field.line());
  }

  void write_what_is_missing() {
    if (edits_.content_length.value_or(0) > 0 && !framing_written_) {
      lines_.write({"Content-Length: ", Decimal(*edits_.content_length).text()});
    }
    if (!edits_.forwarded_for.empty() && last_forwarded_ == nullptr) {
      lines_.write({kForwardedFor, ": ", edits_.forwarded_for});
    }
    if (edits_.close && !keeps_upgrade() && !connection_written_) {
      lines_.write({"Connection: close"});
    }
  }

  Lines lines_;
  const RequestHead& head_;
  const RequestEdits& edits_;
  const ConnectionOptions& connection_;
  const Field* const last_forwarded_;
  bool framing_written_ = false;
  bool connection_written_ = false;
};

class ResponseWriter {
 public:
  ResponseWriter(std::string& out, const ResponseHead& head, const ResponseEdits& edits)
      : lines_(out), head_(head), edits_(edits), connection_(head.connection) {}

  void write() {
    write_status_line();
    for (const Field& field : head_.fields) write_field(field);
    if (edits_.add_chunked) lines_.write({"Transfer-Encoding: chunked"});
    write_connection();
    lines_.finish();
  }

 private:
  void write_status_line() {
    const std::string_view line = head_.status_line;
    const bool whole =
        line.starts_with("HTTP/1.1") && line.size() > kStatusEnd && line[kStatusEnd] == ' ';
    if (whole) return lines_.keep(line);
    const Decimal status(static_cast<std::uint64_t>(head_.status));
    lines_.write({"HTTP/1.1 ", status.text(), " ", head_.reason});
  }

  void write_field(const Field& field) {
    switch (field.known) {
      case KnownField::connection:
        if (edits_.connection == ConnectionField::upgrade)
          write_upgrade(lines_, connection_, field);
        return;
      case KnownField::keep_alive:
      case KnownField::proxy_connection:
      case KnownField::te:
        return;
      case KnownField::upgrade:
        if (edits_.connection == ConnectionField::upgrade) lines_.keep(field.line());
        return;
      case KnownField::transfer_encoding:
        if (!edits_.drop_transfer_encoding && may_be_framed()) lines_.keep(field.line());
        return;
      case KnownField::content_length:
        if (may_be_framed()) lines_.keep(field.line());
        return;
      case KnownField::trailer:
        if (edits_.drop_transfer_encoding) return;
        return write_unless_named(field);
      default:
        return write_unless_named(field);
    }
  }

  // RFC 9110 section 8.6 and RFC 9112 section 6.1: these answers have no body, and must not say
  // that they had one.
  bool may_be_framed() const { return head_.status >= 200 && head_.status != 204; }

  void write_unless_named(const Field& field) {
    if (connection_.names(field.name)) return;
    lines_.keep(field.line());
  }

  void write_connection() {
    switch (edits_.connection) {
      case ConnectionField::none:
        return;
      case ConnectionField::close:
        return lines_.write({"Connection: close"});
      case ConnectionField::keep_alive:
        return lines_.write({"Connection: keep-alive"});
      case ConnectionField::upgrade:
        if (connection_.upgrade_field != nullptr) return;  // written where it stood
        return lines_.write({"Connection: upgrade"});
    }
  }

  static constexpr std::size_t kStatusEnd = 12;  // of "HTTP/1.1 200"

  Lines lines_;
  const ResponseHead& head_;
  const ResponseEdits& edits_;
  const ConnectionOptions& connection_;
};

}  // namespace

void append_request(std::string& out, const RequestHead& head, const RequestEdits& edits) {
  out.reserve(out.size() + head.size + kUsuallyAdded);
  RequestWriter(out, head, edits).write();
}

void append_response(std::string& out, const ResponseHead& head, const ResponseEdits& edits) {
  out.reserve(out.size() + head.size + kUsuallyAdded);
  ResponseWriter(out, head, edits).write();
}

}  // namespace taskgate::http
