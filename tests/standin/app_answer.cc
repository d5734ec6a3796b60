#include "standin/app_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "standin/text.h"

namespace taskgate::standin {
namespace {

constexpr std::size_t kStep = 65536;

struct AnswerHead {
  int status = 502;
  std::string reason;
  Request fields;  // only its fields are used
};

bool is_dropped(const std::string& name) {
  constexpr std::array kDropped = {"connection", "keep-alive", "transfer-encoding", "te",
                                   "trailer",    "upgrade",    "content-length",    "server",
                                   "date"};
  return std::find(kDropped.begin(), kDropped.end(), lower(name)) != kDropped.end();
}

// False when the app closed before its head was whole.
bool read_answer_head(Stream& app, AnswerHead& head) {
  const std::string line = app.read_line(kStep);
  if (!line.starts_with("HTTP/1.") || line.size() < 12) return false;
  head.status = static_cast<int>(to_int(line.substr(9, 3)).value_or(502));
  head.reason = std::string(stripped(line.substr(std::min<std::size_t>(13, line.size()))));
  for (auto field = app.read_line(kStep); stripped(field) != ""; field = app.read_line(kStep)) {
    const auto colon = field.find(':');
    if (colon == std::string::npos) return false;
    head.fields.fields.emplace_back(field.substr(0, colon), stripped(field.substr(colon + 1)));
  }
  return true;
}

using Sink = std::function<void(const std::string&)>;

void read_measured(Stream& app, std::size_t left, const Sink& sink) {
  while (left > 0) {
    const std::string bytes = app.read(std::min(left, kStep));
    if (bytes.empty()) return;
    left -= bytes.size();
    sink(bytes);
  }
}

void read_chunked(Stream& app, const Sink& sink) {
  for (;;) {
    const std::string line = app.read_line(kStep);
    std::size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (size == 0) return;
    read_measured(app, size, sink);
    app.read_line(kStep);
  }
}

void read_until_close(Stream& app, const Sink& sink) {
  sink(app.take_buffered());
  for (auto bytes = receive_some(app.descriptor(), kStep); !bytes.empty();
       bytes = receive_some(app.descriptor(), kStep)) {
    sink(bytes);
  }
}

void read_answer_body(Stream& app, const AnswerHead& head, const Sink& sink) {
  const auto length = to_int(head.fields.field_or_empty("Content-Length"));
  if (lower(head.fields.field_or_empty("Transfer-Encoding")) == "chunked") {
    read_chunked(app, sink);
  } else if (length) {
    read_measured(app, static_cast<std::size_t>(*length), sink);
  } else {
    read_until_close(app, sink);
  }
}

std::string rewritten_html(std::string html, const std::string& prefix) {
  for (const std::string attribute : {"href=\"/", "src=\"/", "action=\"/"}) {
    std::string out;
    for (std::size_t at = html.find(attribute); at != std::string::npos;
         at = html.find(attribute)) {
      out += html.substr(0, at + attribute.size() - 1) + prefix + "/";
      html.erase(0, at + attribute.size());
    }
    html.insert(0, out);
  }
  return html;
}

}  // namespace

void pass_on_answer(Exchange& exchange, test::Fd socket, const std::string& prefix) {
  Stream app(std::move(socket));
  AnswerHead head;
  if (!read_answer_head(app, head)) return exchange.reply.error(502, "app gave no answer");
  Reply& reply = exchange.reply.start(head.status, head.reason);
  for (const auto& [name, value] : head.fields.fields) {
    if (!is_dropped(name)) reply.field(name, value);
  }
  if (!head.fields.field_or_empty("Content-Type").starts_with("text/html")) {
    reply.end_head();
    if (exchange.request.method == "HEAD") return;
    return read_answer_body(app, head, [&](const std::string& bytes) { reply.body(bytes); });
  }
  std::string html;
  read_answer_body(app, head, [&](const std::string& bytes) { html += bytes; });
  html = rewritten_html(std::move(html), prefix);
  reply.field("Content-Length", std::to_string(html.size())).end_head();
  reply.body(html);
}

}  // namespace taskgate::standin
