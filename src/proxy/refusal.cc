#include "proxy/refusal.h"

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

std::string message(int status, std::string_view fields, std::string_view content_type,
                    std::string_view body, Persistence persistence, bool head_only = false) {
  std::string out =
      "HTTP/1.1 " + std::to_string(status) + " " + http::reason_phrase(status) + "\r\n";
  if (!content_type.empty()) {
    out += "Content-Type: ";
    out += content_type;
    out += "\r\n";
  }
  if (status != 204) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out += "Cache-Control: no-store\r\n";
  out += fields;
  out += connection_field(persistence);
  out += "\r\n";
  if (!head_only) out += body;
  return out;
}

std::string count_of(const gate::Verdict& verdict) {
  return std::to_string(verdict.live.value_or(0)) + "/" + std::to_string(verdict.limit);
}

std::string explain(const gate::Verdict& verdict) {
  switch (verdict.decision) {
    case gate::Decision::draining:
      return "the gate is shutting down and takes no more creates; try again shortly";
    case gate::Decision::unknown:
      return "the number of live tasks is unknown (" + verdict.fault + "): " + verdict.detail;
    default:
      break;
  }
  if (verdict.live.value_or(0) >= verdict.limit) {
    return "concurrent task limit reached (" + count_of(verdict) +
           "); wait for a task to finish or raise KC_MAX_TASKS";
  }
  return "concurrent task limit reached (" + count_of(verdict) + " live, " +
         std::to_string(verdict.reserved) +
         " being created); wait for a task to finish or raise KC_MAX_TASKS";
}

std::string refusal_body(const gate::Verdict& verdict, int retry_after) {
  std::string body = R"({"status":"rejected","task_id":null,"error":)";
  append_json_string(body, explain(verdict));
  body += ",\"live\":" + (verdict.live ? std::to_string(*verdict.live) : "null");
  body += ",\"limit\":" + std::to_string(verdict.limit);
  body += ",\"reserved\":" + std::to_string(verdict.reserved);
  body += ",\"reason\":";
  append_json_string(body, gate::name_of(verdict.reason.value_or(gate::RefusalReason::full)));
  if (!verdict.fault.empty()) {
    body += ",\"fault\":";
    append_json_string(body, verdict.fault);
  }
  body += ",\"retry_after\":" + std::to_string(retry_after) + "}\n";
  return body;
}

std::string rate_limit_fields(const gate::Verdict& verdict, int retry_after) {
  std::string fields = "Retry-After: " + std::to_string(retry_after) + "\r\n";
  fields += "RateLimit-Policy: \"sessions\";q=" + std::to_string(verdict.limit) +
            ";qu=\"concurrent-requests\"\r\n";
  fields += "RateLimit: \"sessions\";r=0;t=" + std::to_string(verdict.retry.seconds) + "\r\n";
  return fields;
}

int refusal_status(gate::Decision decision, int unknown_status) {
  if (decision == gate::Decision::draining) return 503;
  return decision == gate::Decision::unknown ? unknown_status : 429;
}

}  // namespace

RefusalAnswer refuse_create(const gate::Verdict& verdict, int unknown_status, std::uint32_t draw,
                            Persistence persistence) {
  const int retry_after = gate::retry_after(verdict.retry, draw);
  const int status = refusal_status(verdict.decision, unknown_status);
  return {status, retry_after,
          message(status, rate_limit_fields(verdict, retry_after), "application/json",
                  refusal_body(verdict, retry_after), persistence)};
}

std::string error_answer(int status, std::string_view reason, Persistence persistence,
                         bool head_only) {
  std::string body = "{\"error\":";
  append_json_string(body, reason);
  body += "}\n";
  return message(status, "", "application/json", body, persistence, head_only);
}

std::string plain_answer(int status, std::string_view extra_fields, std::string_view content_type,
                         std::string_view body, Persistence persistence) {
  return message(status, extra_fields, content_type, body, persistence);
}

}  // namespace taskgate::proxy
