#include "tmux/decoder.h"

#include <cstring>
#include <utility>

#include "tmux/lines.h"

namespace taskgate::tmux {
namespace {

constexpr std::size_t kMaxQuote = 200;  // bytes of a server's own words that go into a sentence

std::string_view until_nul(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

std::string quote(std::string_view words) {
  while (words.ends_with('\n')) words.remove_suffix(1);
  std::string quoted(1, '"');
  return quoted.append(words.substr(0, kMaxQuote)).append(1, '"');
}

// The two ways in which a server's access list (tmux 3.3 and later) turns a user down.
bool denies_access(std::string_view words) {
  return words.find("access not allowed") != std::string_view::npos ||
         words.find("client is read-only") != std::string_view::npos;
}

}  // namespace

Decoder::Progress Decoder::received(std::size_t size) {
  filled_ += size;
  received_ += size;
  if (received_ > kMaxReceived) refuse(Fault::protocol_error, "its answer does not end");
  std::string_view rest(buffer_.data(), filled_);
  while (progress_ == Progress::more && rest.size() >= kHeaderSize) {
    const auto header = parse_header(std::span<const char, kHeaderSize>(rest.data(), kHeaderSize));
    if (!header) {
      refuse(Fault::protocol_error, "it sent a message of an impossible length");
      break;
    }
    if (rest.size() < header->length) break;
    take(*header, rest.substr(kHeaderSize, header->length - kHeaderSize));
    rest.remove_prefix(header->length);
  }
  if (rest.size() < filled_) std::memmove(buffer_.data(), rest.data(), rest.size());
  filled_ = rest.size();
  return progress_;
}

Decoder::Progress Decoder::ended() {
  if (progress_ == Progress::more) progress_ = Progress::lost;
  return progress_;
}

std::string_view Decoder::next_reply() {
  if (std::exchange(output_.reply_owed, false)) return {kOutputReady.data(), kOutputReady.size()};
  if (std::exchange(errors_.reply_owed, false)) return {kErrorReady.data(), kErrorReady.size()};
  return {};
}

void Decoder::take(const FrameHeader& header, std::string_view payload) {
  if (header.type == Message::version || header.version != kProtocolVersion) {
    return refuse(Fault::protocol_error, "it speaks version " + std::to_string(header.version) +
                                             " of the tmux protocol and taskgate version 8");
  }
  switch (header.type) {
    case Message::write_open:
      return take_write_open(payload);
    case Message::write:
      return take_write(payload);
    case Message::old_stdout:
      return take_old_text(payload, text_);
    case Message::old_stderr:
      return take_old_text(payload, error_text_);
    case Message::exit:
      return take_exit(payload);
    case Message::shutdown:
      progress_ = Progress::lost;
      return;
    default:
      return;  // tmux's own rule: new messages get new numbers, and clients pass over them
  }
}

void Decoder::take_write_open(std::string_view payload) {
  // Stream, descriptor, flags; a path would follow only for a file, which a listing never writes.
  const std::uint32_t stream = payload.size() >= 12 ? read_u32(payload.data()) : 0;
  Opened* opened = nullptr;
  if (Stream{stream} == Stream::standard_output) opened = &output_;
  if (Stream{stream} == Stream::standard_error) opened = &errors_;
  if (opened == nullptr || opened->open) {
    return refuse(Fault::protocol_error, "it asked to write where no listing goes");
  }
  *opened = {.open = true, .reply_owed = true};
}

void Decoder::take_write(std::string_view payload) {
  const std::uint32_t stream = payload.size() >= 4 ? read_u32(payload.data()) : 0;
  switch (Stream{stream}) {
    case Stream::standard_output:
      return append(text_, payload.substr(4));
    case Stream::standard_error:
      return append(error_text_, payload.substr(4));
  }
  refuse(Fault::protocol_error, "it wrote where no listing goes");
}

// The frame has always the full size of the server's buffer; the first 8 bytes (ssize_t) say how
// much of it is text.
void Decoder::take_old_text(std::string_view payload, std::string& text) {
  const std::int64_t size = payload.size() >= 8 ? read_i64(payload.data()) : -1;
  if (size < 0 || static_cast<std::uint64_t>(size) > payload.size() - 8) {
    return refuse(Fault::protocol_error, "it sent text of an impossible length");
  }
  append(text, payload.substr(8, static_cast<std::size_t>(size)));
}

// Every version ends a query with the command's return value, and from 3.2 on sometimes with a
// text. Without the value nothing says that the command ran, so it is no zero.
void Decoder::take_exit(std::string_view payload) {
  if (payload.size() < 4) return refuse(Fault::protocol_error, "it ended without a result");
  const std::string_view message = until_nul(payload.substr(4));
  if (read_u32(payload.data()) != 0 || !message.empty()) return refuse_command(message);
  conclude();
}

void Decoder::conclude() {
  // A server opens its output when it has a line for it. It may end a client that was not ready to
  // take that line for too long, as one that was frozen, with a result that looks good.
  if (output_.open && text_.empty()) {
    progress_ = Progress::lost;
    return;
  }
  is_known_ = !known_.empty() && text_ == known_;
  if (!is_known_ && !parse_sessions(text_, question_, sessions_)) {
    sessions_.clear();
    return refuse(Fault::protocol_error, "its answer is no list of sessions: " + quote(text_));
  }
  progress_ = Progress::complete;
}

void Decoder::refuse_command(std::string_view message) {
  const std::string_view words = message.empty() ? std::string_view(error_text_) : message;
  if (words.empty()) return refuse(Fault::protocol_error, "the command failed without a word");
  const Fault fault = denies_access(words) ? Fault::access_denied : Fault::protocol_error;
  refuse(fault, "it said " + quote(words));
}

void Decoder::append(std::string& text, std::string_view bytes) {
  if (text.size() + bytes.size() > kMaxText) {
    return refuse(Fault::protocol_error, "it sent more than 8 MiB of text");
  }
  text += bytes;
}

void Decoder::refuse(Fault fault, std::string reason) {
  progress_ = Progress::refused;
  fault_ = fault;
  reason_ = std::move(reason);
}

}  // namespace taskgate::tmux
