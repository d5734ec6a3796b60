#include "proxy/refusal.h"

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

// Enough for most answers: the text of a refusal is made for each one, so it should not grow step
// by step.
constexpr std::size_t kUsualHead = 320;
constexpr std::size_t kUsualBody = 256;

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

struct Content {
  std::string_view type;
  std::string_view bytes;
};

std::string message(int status, std::string_view fields, const Content& content,
                    Persistence persistence, bool head_only = false) {
  Text out(kUsualHead + content.bytes.size());
  out << "HTTP/1.1 " << status << " " << http::reason_phrase(status) << "\r\n";
  if (!content.type.empty()) out << "Content-Type: " << content.type << "\r\n";
  if (status != 204) out << "Content-Length: " << content.bytes.size() << "\r\n";
  out << "Cache-Control: no-store\r\n" << fields << connection_field(persistence) << "\r\n";
  if (!head_only) out << content.bytes;
  return out.take();
}

std::string explain(const gate::Verdict& verdict) {
  Text out(kUsualBody);
  switch (verdict.decision) {
    case gate::Decision::draining:
      out << "the gate is shutting down and takes no more creates; try again shortly";
      return out.take();
    case gate::Decision::unconfigured:
      out << "the gate's configuration is faulty, and it takes no creates until that is mended; "
             "its "
             "log and status page say what is wrong";
      return out.take();
    case gate::Decision::unknown:
      out << "the number of live tasks is unknown (" << verdict.fault << "): " << verdict.detail;
      return out.take();
    default:
      break;
  }
  const int live = verdict.live.value_or(0);
  out << "concurrent task limit reached (" << live << "/" << verdict.limit;
  if (live < verdict.limit) out << " live, " << verdict.reserved << " being created";
  out << "); wait for a task to finish or raise KC_MAX_TASKS";
  return out.take();
}

std::string refusal_body(const gate::Verdict& verdict, int retry_after) {
  Text out(kUsualBody + verdict.detail.size());
  out << R"({"status":"rejected","task_id":null,"error":)";
  out.quoted(explain(verdict)) << ",\"live\":";
  if (verdict.live) {
    out << *verdict.live;
  } else {
    out << "null";
  }
  out << ",\"limit\":" << verdict.limit << ",\"reserved\":" << verdict.reserved << ",\"reason\":";
  out.quoted(gate::name_of(verdict.reason.value_or(gate::RefusalReason::full)));
  if (!verdict.fault.empty()) (out << ",\"fault\":").quoted(verdict.fault);
  out << ",\"retry_after\":" << retry_after << "}\n";
  return out.take();
}

// What the gate is short of comes back with the requests that end.
constexpr gate::RetryWindow kShortOfMeans{5, gate::RetryBasis::fixed};

std::string retry_field(int retry_after) {
  return "Retry-After: " + std::to_string(retry_after) + "\r\n";
}

std::string rate_limit_fields(const gate::Verdict& verdict, int retry_after) {
  Text out(kUsualHead);
  out << "Retry-After: " << retry_after << "\r\nRateLimit-Policy: \"sessions\";q=" << verdict.limit
      << ";qu=\"concurrent-requests\"\r\nRateLimit: \"sessions\";r=0;t=" << verdict.retry.seconds
      << "\r\n";
  return out.take();
}

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

Answer refuse_create(const gate::Verdict& verdict, int unknown_status, std::uint32_t draw,
                     Persistence persistence) {
  const int retry_after = gate::retry_after(verdict.retry, draw);
  const int status = refusal_status(verdict.decision, unknown_status);
  return {status, retry_after,
          message(status, rate_limit_fields(verdict, retry_after),
                  {"application/json", refusal_body(verdict, retry_after)}, persistence)};
}

Answer error_answer(int status, std::string_view reason, std::uint32_t draw,
                    Persistence persistence, bool head_only) {
  std::string body = "{\"error\":";
  append_json_string(body, reason);
  body += "}\n";
  const int retry_after = status == 503 ? gate::retry_after(kShortOfMeans, draw) : 0;
  const std::string fields = retry_after > 0 ? retry_field(retry_after) : "";
  return {status, retry_after,
          message(status, fields, {"application/json", body}, persistence, head_only)};
}

std::string plain_answer(int status, std::string_view extra_fields, std::string_view content_type,
                         std::string_view body, Persistence persistence) {
  return message(status, extra_fields, {content_type, body}, persistence);
}

}  // namespace taskgate::proxy
