#include "proxy/own_answers.h"

#include <charconv>
#include <concepts>
#include <utility>

#include "base/json.h"
#include "http/reason.h"

namespace taskgate::proxy {
namespace {

std::string_view connection_field(Persistence persistence) {
  switch (persistence) {
    case Persistence::keep:
      return "";
    case Persistence::keep_said:
      return "Connection: keep-alive\r\n";
    case Persistence::close:
      return "Connection: close\r\n";
  }
  return "";
}

// Enough for most answers, beside what each has of its own: the text of a refusal is made for many
// of them, so it should not grow step by step.
constexpr std::size_t kUsualHead = 352;
constexpr std::size_t kUsualBody = 192;
constexpr std::size_t kUsualFields = 128;
constexpr std::size_t kOwnOfBody = 64;

// Puts a text together from words and whole numbers.
class Text {
 public:
  explicit Text(std::size_t usual_size) { text_.reserve(usual_size); }

  Text& operator<<(std::string_view words) {
    text_ += words;
    return *this;
  }
  template <std::integral Integer>
  Text& operator<<(Integer number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text_.append(digits, end);
    return *this;
  }
  Text& quoted(std::string_view words) {
    append_json_string(text_, words);
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// The head without its end, in a text that has room for all of the message.
Text begin(int status, const Content& content, const Envelope& envelope) {
  Text out(kUsualHead + envelope.request_id.size() + content.bytes.size());
  out << "HTTP/1.1 " << status << " " << http::reason_phrase(status) << "\r\n";
  if (!content.type.empty()) out << "Content-Type: " << content.type << "\r\n";
  if (status != 204) out << "Content-Length: " << content.bytes.size() << "\r\n";
  out << "Cache-Control: no-store\r\nDate: " << envelope.date
      << "\r\nServer: taskgate\r\nX-Request-Id: " << envelope.request_id << "\r\n"
      << connection_field(envelope.persistence);
  return out;
}

std::string end(Text out, const Content& content, const Envelope& envelope) {
  out << "\r\n";
  if (!envelope.head_only) out << content.bytes;
  return out.take();
}

std::string common_fields(const gate::Verdict& verdict) {
  Text out(kUsualFields);
  out << "RateLimit-Policy: \"sessions\";q=" << verdict.limit
      << ";qu=\"concurrent-requests\"\r\nRateLimit: \"sessions\";r=0;t=" << verdict.retry.seconds
      << "\r\n";
  if (const auto wait = verdict.preference_applied) {
    out << "Preference-Applied: wait=" << std::chrono::round<std::chrono::seconds>(*wait).count()
        << "\r\n";
  }
  return out.take();
}

std::string common_body(const RefusedCreate& refused, const config::Config& config) {
  const gate::Verdict& verdict = refused.verdict;
  const std::string words = refusal_words(refused, config);
  Text out(kUsualBody + words.size());
  out << R"({"status":"rejected","task_id":null,"error":)";
  out.quoted(words) << ",\"live\":";
  if (verdict.live) {
    out << *verdict.live;
  } else {
    out << "null";
  }
  out << ",\"limit\":" << verdict.limit << ",\"reserved\":" << verdict.reserved << ",\"reason\":";
  out.quoted(gate::name_of(verdict.reason.value_or(gate::RefusalReason::full)));
  if (!verdict.fault.empty()) (out << ",\"fault\":").quoted(verdict.fault);
  if (!config.classes.empty()) (out << ",\"class\":").quoted(verdict.class_name);
  if (refused.stood_in_line) out << ",\"waited_seconds\":" << refused.stood_in_line->count();
  out << ",\"retry_after\":";
  return out.take();
}

// What the gate is short of comes back with the requests that end.
constexpr gate::RetryWindow kShortOfMeans{5, gate::RetryBasis::fixed};

int refusal_status(gate::Decision decision, int unknown_status) {
  switch (decision) {
    case gate::Decision::draining:
    case gate::Decision::unconfigured:
      return 503;
    case gate::Decision::unknown:
      return unknown_status;
    default:
      return 429;
  }
}

}  // namespace

RefusalText refusal_text(const RefusedCreate& refused, const config::Config& config) {
  const gate::Verdict& verdict = refused.verdict;
  return {refusal_status(verdict.decision, config.refuse.unknown_status), verdict.retry,
          common_fields(verdict), common_body(refused, config)};
}

Answer refuse_create(const RefusalText& text, std::uint32_t draw, const Envelope& envelope) {
  const int retry_after = gate::retry_after(text.retry, draw);
  Text body(text.body.size() + kOwnOfBody + envelope.request_id.size());
  body << text.body << retry_after << ",\"request_id\":";
  body.quoted(envelope.request_id) << "}\n";
  const std::string bytes = body.take();
  const Content content{"application/json", bytes};
  Text out = begin(text.status, content, envelope);
  out << "Retry-After: " << retry_after << "\r\n" << text.fields;
  return {text.status, retry_after, end(std::move(out), content, envelope)};
}

Answer error_answer(int status, std::string_view reason, std::uint32_t draw,
                    const Envelope& envelope) {
  Text body(kUsualBody);
  (body << "{\"error\":").quoted(reason);
  (body << ",\"request_id\":").quoted(envelope.request_id) << "}\n";
  const std::string text = body.take();
  const Content content{"application/json", text};
  const int retry_after = status == 503 ? gate::retry_after(kShortOfMeans, draw) : 0;
  Text out = begin(status, content, envelope);
  if (retry_after > 0) out << "Retry-After: " << retry_after << "\r\n";
  return {status, retry_after, end(std::move(out), content, envelope)};
}

std::string plain_answer(int status, std::string_view extra_fields, const Content& content,
                         const Envelope& envelope) {
  Text out = begin(status, content, envelope);
  out << extra_fields;
  return end(std::move(out), content, envelope);
}

}  // namespace taskgate::proxy
