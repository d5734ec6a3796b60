// A tmux server's answer: the same sessions and replies however it is cut, and never a whole list
// out of half an answer.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/check.h"
#include "fuzz/target.h"
#include "tmux/decoder.h"
#include "tmux/lines.h"
#include "unit/tmux/feed.h"

namespace taskgate::fuzz {

namespace {

using tmux::Decoder;
using tmux::kHeaderSize;
using tmux::Question;
using tmux::Session;
using Progress = Decoder::Progress;

// An answer to the long request has windows in its lines, and no other has.
Question question_of(std::string_view bytes) {
  const bool has_windows = bytes.find(" @") != std::string_view::npos;
  return has_windows ? Question::details : Question::names;
}

std::string line_of(const Session& session) {
  return std::to_string(session.server) + " $" + std::to_string(session.id) + " " +
         std::to_string(session.created) + " " + session.name + "\n";
}

// What a text without details leaves out.
std::string details_of(const std::vector<Session>& sessions) {
  const auto number = [](const auto& value) { return value ? std::to_string(*value) : "-"; };
  std::string text;
  for (const Session& session : sessions) {
    if (!session.details) continue;
    const tmux::Details& details = *session.details;
    text += number(details.silent_since) + number(details.ended) +
            std::to_string(details.attached) + details.view_of + "\n";
  }
  return text;
}

std::string text_of(const std::vector<Session>& sessions) {
  std::string text;
  for (const Session& session : sessions) text += line_of(session);
  return text;
}

// Details are there where they were asked, and a view is one of a session that was there before.
void check_details(const std::vector<Session>& sessions, Question question) {
  for (const Session& session : sessions) {
    check(session.details.has_value() == (question == Question::details),
          "a session has details where they were asked");
    if (!session.details || session.details->view_of.empty()) continue;
    const auto is_first = [&](const Session& other) {
      return other.name == session.details->view_of && other.id <= session.id;
    };
    check(std::ranges::any_of(sessions, is_first), "a view is one of a session before it");
  }
}

struct Result {
  Progress progress;
  std::string replies;
  std::string text;  // of the sessions, or why there are none
  std::string details;
  std::size_t needed;  // bytes given until the end was known
};

// Pieces of random sizes up to `most`.
Result decode(std::string_view bytes, Question question, std::size_t most, std::mt19937& chance) {
  const auto decoder = std::make_unique<Decoder>(question);
  Result result{};
  while (result.needed < bytes.size() && decoder->progress() == Progress::more) {
    const std::size_t left = bytes.size() - result.needed;
    const std::size_t piece = std::min<std::size_t>(left, 1 + chance() % most);
    tmux::testing::feed(*decoder, bytes.substr(result.needed, piece), piece);
    result.needed += piece;
    if (decoder->progress() == Progress::more) result.replies += tmux::testing::replies(*decoder);
  }
  result.progress = decoder->ended();
  const bool is_complete = result.progress == Progress::complete;
  check(is_complete || decoder->sessions().empty(), "only a whole answer has sessions");
  check(result.progress != Progress::refused || !decoder->reason().empty(),
        "a refusal has a reason");
  result.details = details_of(decoder->sessions());
  check_details(decoder->sessions(), question);
  result.text = is_complete ? text_of(decoder->sessions()) : decoder->reason();
  return result;
}

// The sessions, written as a server would, are read as the same sessions.
void check_sessions(const std::string& text) {
  std::vector<Session> sessions;
  check(tmux::parse_sessions(text, Question::names, sessions), "a list of sessions is read again");
  check_equal(text_of(sessions), text, "a list of sessions is read as what it was");
  for (const Session& session : sessions) {
    check(session.server > 0 && session.server == sessions.front().server, "one server answers");
  }
}

void check_replies(const std::string& replies) {
  using tmux::kErrorReady;
  using tmux::kOutputReady;
  check(replies.size() <= kOutputReady.size() + kErrorReady.size(), "each reply is owed once");
  for (std::string_view rest = replies; !rest.empty(); rest.remove_prefix(kOutputReady.size())) {
    const std::string_view reply = rest.substr(0, kOutputReady.size());
    check(std::ranges::equal(reply, kOutputReady) || std::ranges::equal(reply, kErrorReady),
          "a server is sent nothing but the two replies it knows");
  }
}

void run(std::string_view bytes) {
  std::mt19937 chance = chance_of(bytes);
  const Question question = question_of(bytes);
  const Result result = decode(bytes, question, bytes.size() + 1, chance);
  check(result.progress != Progress::more, "an answer that has ended has an outcome");
  check_replies(result.replies);
  for (const std::size_t most : {std::size_t{64}, std::size_t{4096}}) {
    const Result other = decode(bytes, question, most, chance);
    check(other.progress == result.progress, "an answer ends the same however it is cut");
    check_equal(other.text, result.text, "an answer says the same however it is cut");
    check_equal(other.details, result.details, "an answer tells the same however it is cut");
    check_replies(other.replies);
  }
  if (result.progress != Progress::complete) return;
  if (question == Question::names) check_sessions(result.text);
  // The last byte of its last frame is what makes it whole.
  const Result exact = decode(bytes, question, 1, chance);
  check(exact.progress == Progress::complete, "an answer ends the same however it is cut");
  const Result cut = decode(bytes.substr(0, exact.needed - 1), question, bytes.size(), chance);
  check(cut.progress == Progress::lost, "an answer that is cut is lost, and no shorter list");
}

struct Span {
  std::size_t begin;
  std::size_t size;
};

// The payloads of the frames, as far as their lengths can be followed.
std::vector<Span> payloads_of(std::string_view bytes) {
  std::vector<Span> payloads;
  for (std::size_t at = 0; at + kHeaderSize <= bytes.size();) {
    const auto header = tmux::parse_header(
        std::span<const char, kHeaderSize>(bytes.substr(at).data(), kHeaderSize));
    if (!header || at + header->length > bytes.size()) break;
    payloads.push_back({at + kHeaderSize, header->length - kHeaderSize});
    at += header->length;
  }
  return payloads;
}

// Changes one payload and makes its frame's length fit: otherwise nearly every mutation only
// breaks the framing. Gives the new size.
std::size_t mutate_payload(std::uint8_t* data, std::size_t size, std::size_t max_size,
                           Span payload) {
  const std::size_t room = std::min(max_size - size + payload.size, tmux::kMaxFrame - kHeaderSize);
  std::vector<std::uint8_t> changed(data + payload.begin, data + payload.begin + payload.size);
  changed.resize(room);
  changed.resize(LLVMFuzzerMutate(changed.data(), payload.size, room));
  const std::vector<std::uint8_t> behind(data + payload.begin + payload.size, data + size);
  std::uint8_t* const end = std::ranges::copy(changed, data + payload.begin).out;
  const std::size_t length = kHeaderSize + changed.size();
  data[payload.begin - 12] = static_cast<std::uint8_t>(length & 0xff);
  data[payload.begin - 11] = static_cast<std::uint8_t>(length >> 8);
  return static_cast<std::size_t>(std::ranges::copy(behind, end).out - data);
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  using namespace taskgate::fuzz;
  const auto payloads = payloads_of(text_of(data, size));
  const bool raw = payloads.empty() || seed % 4 == 0;
  if (raw) return LLVMFuzzerMutate(data, size, max_size);
  return mutate_payload(data, size, max_size, payloads[(seed / 4) % payloads.size()]);
}
