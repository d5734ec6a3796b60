#include "tmux/query.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "tmux/decoder.h"
#include "tmux/protocol.h"
#include "tmux/socket_file.h"

namespace taskgate::tmux {
namespace {

Answer failed(Failure failure) {
  return {Answer::Kind::failed, {}, std::move(failure)};
}

// A socket whose server died stays behind and refuses; so does any other kind of file.
Answer explain_refusal(const std::string& path) {
  switch (const FileFacts facts = look_at(path); facts.kind) {
    case FileFacts::Kind::socket:
      return {Answer::Kind::no_server, {}, {}};
    case FileFacts::Kind::missing:
      return {Answer::Kind::no_file, {}, {}};
    case FileFacts::Kind::unreadable:
      return failed(system_failure(path, "stat", facts.error));
    case FileFacts::Kind::folder:
      return failed(not_a_socket(path, "a folder"));
    case FileFacts::Kind::other:
      break;
  }
  return failed(not_a_socket(path, "another kind of file"));
}

Answer explain_connect(const std::string& path, int error) {
  switch (error) {
    case ECONNREFUSED:
      return explain_refusal(path);
    case EAGAIN:
      return failed(backlog_full(path));
    case EPROTOTYPE:
      return failed(not_a_socket(path, "a socket that takes no streams"));
    default:
      break;
  }
  Failure failure = system_failure(path, "connect", error);
  if (error != ENOENT) return failed(std::move(failure));
  if (look_at(path).kind == FileFacts::Kind::missing) return {Answer::Kind::no_file, {}, {}};
  return {Answer::Kind::lost, {}, std::move(failure)};  // a new server has just made it again
}

// The errno of a request that was not sent whole. It goes out by one send() or the connection is
// given up, which a server bears at any point.
int send_request(UnixSocket& connection, Question question) {
  const auto request = request_for(question);
  const auto sent = ::send(connection.native_handle(), request.data(), request.size(),
                           MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(request.size())) return 0;
  if (sent >= 0) return EAGAIN;
  // A server that turns us down by its access list says so and closes at once: what it said can be
  // read.
  return errno == EPIPE || errno == ECONNRESET ? 0 : errno;
}

// An error is left to the next read, which tells what became of the server.
void send_replies(UnixSocket& connection, Decoder& decoder) {
  for (auto reply = decoder.next_reply(); !reply.empty(); reply = decoder.next_reply()) {
    static_cast<void>(::send(connection.native_handle(), reply.data(), reply.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT));
  }
}

std::shared_ptr<const Said> said_by(Decoder& decoder, Question question) {
  return std::make_shared<const Said>(
      Said{question, std::move(decoder.text()), std::move(decoder.sessions())});
}

Answer conclude(Decoder& decoder, const std::string& path, Question question,
                const std::shared_ptr<const Said>& last) {
  switch (decoder.progress()) {
    case Decoder::Progress::complete:
      return {Answer::Kind::sessions, decoder.is_known() ? last : said_by(decoder, question)};
    case Decoder::Progress::refused:
      if (decoder.fault() == Fault::access_denied) {
        return failed(access_denied(path, decoder.reason()));
      }
      return failed(protocol_error(path, decoder.reason()));
    case Decoder::Progress::more:
    case Decoder::Progress::lost:
      break;
  }
  return {Answer::Kind::lost,
          {},
          protocol_error(path, "it ended the connection before its answer was whole")};
}

}  // namespace

Task<Answer> ask(UnixSocket& connection, const std::string& path, Question question,
                 const std::shared_ptr<const Said>& last) {
  if (const ErrorCode error = connect_to(connection, path)) {
    co_return explain_connect(path, error.value());
  }
  ErrorCode ignored;
  if (const int error = send_request(connection, question); error != 0) {
    connection.close(ignored);
    co_return failed(system_failure(path, "send", error));
  }
  const bool is_same_question = last != nullptr && last->question == question;
  Decoder decoder(question, is_same_question ? std::string_view(last->text) : "");
  while (decoder.progress() == Decoder::Progress::more) {
    const auto room = asio::buffer(decoder.room().data(), decoder.room().size());
    const auto [error, size] = co_await connection.async_read_some(room, kTask);
    if (error) {
      decoder.ended();
    } else if (decoder.received(size) == Decoder::Progress::more) {
      send_replies(connection, decoder);
    }
  }
  connection.close(ignored);
  co_return conclude(decoder, path, question, last);
}

}  // namespace taskgate::tmux
