#include "unit/http/pieces.h"

namespace taskgate::http::test {

namespace {

void append_fields(std::string& text, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    text.append(" |").append(field.name).append("=").append(field.value);
  }
}

}  // namespace

Cuts whole(std::string_view input) {
  return {input.size()};
}

Cuts byte_by_byte(std::string_view input) {
  Cuts cuts;
  for (std::size_t cut = 0; cut <= input.size(); ++cut) cuts.push_back(cut);
  return cuts;
}

Cuts at_random(std::string_view input, std::mt19937& random) {
  Cuts cuts;
  std::uniform_int_distribution<std::size_t> step(1, 1 + input.size() / 3);
  for (std::size_t cut = step(random); cut < input.size(); cut += step(random)) cuts.push_back(cut);
  cuts.push_back(input.size());
  return cuts;
}

std::string outcome(const Parsed<RequestParser>& parsed) {
  if (parsed.progress == Progress::need_more) return "need more";
  if (parsed.progress == Progress::failed) {
    const Refusal& refusal = parsed.parser.refusal();
    return std::to_string(refusal.status) + " " + refusal.reason;
  }
  const RequestHead& head = parsed.parser.head();
  std::string text(head.method);
  text.append(" ").append(head.target).append(" 1.").append(std::to_string(head.minor_version));
  append_fields(text, head.fields);
  return text;
}

std::string outcome(const Parsed<ResponseParser>& parsed) {
  if (parsed.progress == Progress::need_more) return "need more";
  if (parsed.progress == Progress::failed) return std::string("fault: ") + parsed.parser.fault();
  const ResponseHead& head = parsed.parser.head();
  std::string text = std::to_string(head.status) + " 1." + std::to_string(head.minor_version);
  text.append(" reason=").append(head.reason);
  append_fields(text, head.fields);
  return text;
}

std::string to_string(const BodyFraming& body) {
  std::string chunked = "chunked";
  for (const std::string& field : body.hop_fields) chunked += " without " + field;
  switch (body.kind) {
    case BodyKind::none:
      return "none";
    case BodyKind::length:
      return "length " + std::to_string(body.length);
    case BodyKind::chunked:
      return chunked;
    case BodyKind::until_close:
      return "until close";
  }
  return "?";
}

std::string outcome(const Checked<RequestRules>& rules) {
  if (!rules.has_value()) {
    return std::to_string(rules.error().status) + " " + rules.error().reason;
  }
  std::string text = to_string(rules->body);
  if (rules->keep_alive) text += " keep-alive";
  if (rules->expects_continue) text += " expects-continue";
  if (rules->wants_upgrade) text += " upgrade";
  if (rules->max_forwards) text += " max-forwards=" + std::to_string(*rules->max_forwards);
  return text;
}

}  // namespace taskgate::http::test
