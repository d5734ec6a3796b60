// What a tmux server sends back, byte by byte, until its answer is whole. Pure: no socket, no
// clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tmux/listing.h"
#include "tmux/protocol.h"

namespace taskgate::tmux {

// One answer. Bytes are received into room() and made known by received(); after each call
// next_reply() says what must be sent to the server for it to go on. Any split of the bytes gives
// the same result, and a stream that is cut anywhere never gives `complete`. Memory is bounded
// whatever comes.
class Decoder {
 public:
  static constexpr std::size_t kMaxText = 8 * 1024 * 1024;
  // Servers up to 3.0a use 8 KiB on the wire for each line, so this is not kMaxText.
  static constexpr std::size_t kMaxReceived = 256 * 1024 * 1024;

  // `question`: the one that is answered. `known`: the text of an answer to it that was read
  // before, which must outlive the decoder; empty: none.
  explicit Decoder(Question question = Question::names, std::string_view known = {})
      : question_(question), known_(known) {
    text_.reserve(kUsualText);
  }

  enum class Progress : std::uint8_t {
    more,      // not whole yet
    complete,  // sessions() holds all of them, unless is_known()
    refused,   // fault() and reason() say why
    lost,  // the server is going away: it ended the connection, or said so, before its answer was
           // whole
  };

  // Where to receive into; never empty while progress() is `more`.
  std::span<char> room() { return std::span(buffer_).subspan(filled_); }
  // So many bytes of room() were received.
  Progress received(std::size_t size);
  // No more bytes will come.
  Progress ended();

  Progress progress() const { return progress_; }

  // The next frame that is owed to the server; empty if none is. To be asked for only while
  // progress() is `more`: a server that has said all needs no reply.
  std::string_view next_reply();

  std::vector<Session>& sessions() { return sessions_; }
  std::string& text() { return text_; }
  // The answer is complete and has the text that was known; sessions() were not read from it anew.
  bool is_known() const { return is_known_; }
  Fault fault() const { return fault_; }
  // A clause about the server, without its socket.
  const std::string& reason() const { return reason_; }

 private:
  // Of some twenty sessions. Their lines come one by one, and it should not grow with each.
  static constexpr std::size_t kUsualText = 1024;

  void take(const FrameHeader& header, std::string_view payload);
  void take_write_open(std::string_view payload);
  void take_write(std::string_view payload);
  void take_old_text(std::string_view payload, std::string& text);
  void take_exit(std::string_view payload);
  void conclude();
  void append(std::string& text, std::string_view bytes);
  void refuse(Fault fault, std::string reason);
  void refuse_command(std::string_view message);

  struct Opened {
    bool open = false;
    bool reply_owed = false;
  };

  Question question_;
  std::string_view known_;
  bool is_known_ = false;
  std::array<char, 2 * kMaxFrame> buffer_;  // the start of a frame never fills half of it
  std::size_t filled_ = 0;
  std::size_t received_ = 0;
  Progress progress_ = Progress::more;
  Opened output_;
  Opened errors_;
  std::string text_;        // standard output
  std::string error_text_;  // standard error
  std::vector<Session> sessions_;
  Fault fault_ = Fault::protocol_error;
  std::string reason_;
};

}  // namespace taskgate::tmux
