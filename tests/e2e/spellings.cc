#include "e2e/spellings.h"

#include <algorithm>

namespace taskgate::test {
namespace {

using namespace std::string_literals;
using Choices = std::vector<Choice>;

// What each create needs beside its path: the fire token of the crons, a body of its own for
// webhooks.
const std::string kAuthorization = "Authorization: Bearer nightly-token\r\n";
const std::string kNumbered = "Content-Length: 16\r\n\r\n{\"n\":\"########\"}";

// The routes that create, and beside them ids and items that create nothing.
const Choices kRoutes = {{"/api/claude/tasks"},
                         {"/api/claude/tasks/terminal"},
                         {"/api/webhooks/hook1"},
                         {"/api/webhooks/hook2/test"},
                         {"/api/triggers/cron-fire/nightly"},
                         {"/api/desktop/t1/launch"},
                         {"/api/boards/b1/runs"},
                         {"/api/webhooks/no-such"},
                         {"/api/webhooks/hook1/tests"},
                         {"/api/triggers/cron-fire/paused"},
                         {"/api/desktop/u1/launch"},
                         {"/api/desktop/none/launch"},
                         {"/api/claude/tasks/t1"},
                         {"/api/crons/nightly/run"}};
constexpr std::size_t kCreatingRoutes = 7;

bool is_webhook(const std::string& target) {
  return target.find("/api/webhooks/") != std::string::npos;
}

// Put before a path, with its leading slash.
const Choices kStacks = {{""},
                         {"/bearer-api"},
                         {"/oauth"},
                         {"/browser"},
                         {"/bearer-api/oauth"},
                         {"/bearer-api/browser"},
                         {"/oauth/browser"},
                         {"/bearer-api/oauth/browser"},
                         {"/browser/oauth"},
                         {"/oauth/bearer-api"},
                         {"/oauth/oauth"},
                         {"/bearer-api/bearer-api"},
                         {"/OAUTH"},
                         {"/oauthx"},
                         {"/oauth/"},
                         {"/bearer-api/"},
                         {"/%6fauth"},
                         {"/."},
                         {"/x/.."},
                         {"/api/oauth"}};
const Choices kSlashes = {{""}, {"/"}, {"//"}, {"/////////"}};

// Put behind a path.
const Choices kSuffixes = {{"?x=1"},     {"?"},    {"/"},    {";x"},  {"//"},   {"/."},
                           {"/.."},      {"%2f"},  {"%20"},  {"%00"}, {"\\"},   {","},
                           {"&"},        {"#x"},   {"#"},    {"\0"s}, {"\x85"}, {"\xa0"},
                           {"\xc3\xa9"}, {"\x7f"}, {"\x0b"}, {"\xad"}};

// The whole target in another form; "@" stands for the path.
const Choices kForms = {{"http://x@"}, {"HTTP://x@"}, {"http://y@"},    {"https://x@"},
                        {"http:@"},    {"http://@"},  {"//x@"},         {"x@"},
                        {"\\@"},       {"*"},         {"http://x:80@"}, {"http://a@x@"},
                        {"/@"},        {"?@"},        {"/?@"}};

const Choices kMethods = {{"GET", false}, {"HEAD", false},    {"PUT"},           {"PATCH"},
                          {"DELETE"},     {"post"},           {"Post"},          {"POSTS"},
                          {"PROPFIND"},   {"TRACE"},          {"OPTIONS"},       {"PO ST", false},
                          {"(", false},   {"\xd0ost", false}, {"CONNECT", false}};

const Choices kSpaces = {{"  ", false},   {"\t", false},   {"\v", false},   {"\f", false},
                         {"\r", false},   {"\x1c", false}, {"\x1d", false}, {"\x1e", false},
                         {"\x1f", false}, {"\x85", false}, {"\xa0", false}, {" \t", false},
                         {"\0"s, false},  {"\n", false}};

const Choices kBefore = {{"\r\n"},        {" ", false},    {"\t", false},   {"\r\n\r\n", false},
                         {"\n", false},   {"\x0c", false}, {"\xa0", false}, {"\0"s, false},
                         {"x\r\n", false}};

const Choices kVersions = {
    {"HTTP/1.0"},          {"HTTP/0.9", false},     {"HTTP/1.9", false},  {"HTTP/01.01", false},
    {"HTTP/2.0", false},   {"http/1.1", false},     {"HTTP/1.1x", false}, {"HTTP/1.1 ", false},
    {"HTTP/1.1\t", false}, {"HTTP/1.1\xa0", false}, {"", false},          {"HTTP/1.1 x", false},
    {"HTTP/1.", false},    {"HTTP /1.1", false}};

const Choices kLineEnds = {{"\n", false}, {"\r", false}, {"\r\r\n", false}, {"\n\r\n", false}};

const std::string kOtherCaseHost = "hOsT:  x \r\n";
const Choices kHosts = {{"", false},
                        {"Host: x\r\nHost: x\r\n", false},
                        {"Host:\r\n"},
                        {"Host: x/api\r\n", false},
                        {"Host: x, y\r\n", false},
                        {kOtherCaseHost},
                        {"Host : x\r\n", false},
                        {"Host: [::1]:6080\r\n"}};

const Choices kFields = {
    {"X-HTTP-Method-Override: GET\r\n"},
    {"X-HTTP-Method: PUT\r\n"},
    {"X-Original-URL: /api/claude/tasks\r\n"},
    {"X-Rewrite-URL: /livez\r\n"},
    {"X-Forwarded-Prefix: /oauth\r\n"},
    {"X-Forwarded-Uri: /livez\r\nX-Forwarded-Method: GET\r\n"},
    {"Connection: close\r\n"},
    {"Connection: keep-alive\r\n"},
    {"Connection: x-marker, x\r\n"},
    {"Connection: content-length\r\n", false},
    {"Connection: host\r\n", false},
    {"Upgrade: websocket\r\nConnection: Upgrade\r\n"},
    {"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"},
    {"Expect: 100-continue\r\n"},
    {"Expect: x\r\n", false},
    {"TE: trailers, deflate\r\n"},
    {"Referer: http://x/api/app-proxy/3000/\r\n"},
    {"Cookie: a=\x80\xff\r\n"},
    {"X: 1\r\n 2\r\n", false},
    {"no colon\r\n", false},
    {": x\r\n", false},
    {"X: a\nY: b\r\n", false},
    {"X: a\rY: b\r\n", false},
    {"X: \0\r\n"s, false},
    {" X: 1\r\n", false},
    {"X-Auth-Request-User: a\r\n"}};

const Choices kBodies = {
    {"\r\n"},
    {"Content-Length: 0\r\n\r\n"},
    {"Content-Length: 00002\r\n\r\n{}"},
    {"Content-Length: 4\r\n\r\n{\"x\""},
    {"Content-Length: 2\r\n\r\n[]"},
    {"Content-Length: 15\r\n\r\n{\"workdir\": 5}\n"},
    {"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\n_method=GET"},
    {"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
    {"Transfer-Encoding: Chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nT: x\r\n\r\n"},
    {"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", false},
    {"Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", false},
    {"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", false},
    {"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}", false},
    {"Content-Length: +2\r\n\r\n{}", false},
    {"Content-Length: 0_2\r\n\r\n{}", false},
    {"Content-Length: -1\r\n\r\n{}", false},
    {"Content-Length: 0x2\r\n\r\n{}", false},
    {"Content-Length: 2, 2\r\n\r\n{}", false},
    {"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", false},
    {"Content-Length : 2\r\n\r\n{}", false},
    {"Content-Length:\r\n 2\r\n\r\n{}", false},
    {"Content-Length: 9\r\n\r\n{}", false},
    {"Content-Length: 2\r\n\r\n{}POST /", false},
    {"Content-Length: 2\r\n\n{}", false},
    {"Content-Length: 2\n\n{}", false},
    {"", false}};

Choice joined(const Choice& one, const Choice& other) {
  return {one.text + other.text, one.is_well_formed && other.is_well_formed};
}

std::string in_form(std::string form, const std::string& path) {
  if (const std::size_t at = form.rfind('@'); at != std::string::npos) form.replace(at, 1, path);
  return form;
}

// Origin-form, or absolute-form with the authority that the plain Host names, of visible ASCII.
bool is_well_formed(const std::string& target, const std::string& host) {
  const bool is_visible = std::ranges::all_of(
      target, [](char byte) { return byte > 0x20 && byte < 0x7F && byte != '#'; });
  if (!is_visible) return false;
  if (target.starts_with('/')) return true;
  if (host != Parts().host.text && host != kOtherCaseHost) return false;
  for (const std::string scheme : {"http://x", "HTTP://x", "https://x"}) {
    const std::string behind = target.starts_with(scheme) ? target.substr(scheme.size()) : "!";
    if (behind.empty() || behind.front() == '/' || behind.front() == '?') return true;
  }
  return false;
}

Spelling assemble(const Parts& parts) {
  Spelling spelling;
  const Choice target{parts.target};
  for (const Choice* part :
       {&parts.before, &parts.method, &parts.space, &target, &parts.space, &parts.version,
        &parts.line_end, &parts.host, &parts.fields, &parts.body}) {
    spelling.bytes += part->text;
    spelling.is_well_formed = spelling.is_well_formed && part->is_well_formed;
  }
  const bool is_chunked = parts.body.text.find("hunked\r\n") != std::string::npos;
  const bool is_chunked_in_1_0 = is_chunked && parts.version.text == "HTTP/1.0";
  if (is_chunked_in_1_0 || !is_well_formed(parts.target, parts.host.text)) {
    spelling.is_well_formed = false;
  }
  spelling.is_head = parts.method.text == "HEAD";
  return spelling;
}

Parts plain(const std::string& target) {
  Parts parts;
  parts.target = target;
  parts.fields = {kAuthorization};
  if (is_webhook(target)) parts.body = {kNumbered};
  return parts;
}

// A body of a webhook is one that was not sent before, so only the test route takes the others.
bool takes_bodies(const std::string& target) {
  return !is_webhook(target) || target.ends_with("/test");
}

}  // namespace

std::string numbered(const Spelling& spelling, int number) {
  std::string bytes = spelling.bytes;
  std::string digits = std::to_string(number);
  digits.insert(0, kNumber.size() - digits.size(), '0');
  if (const std::size_t at = bytes.find(kNumber); at != std::string::npos) {
    bytes.replace(at, kNumber.size(), digits);
  }
  return bytes;
}

std::vector<Spelling> Spellings::one_by_one() const {
  std::vector<Spelling> all;
  for (const Choice& route : kRoutes) {
    for (const Choice& stack : kStacks) {
      for (const Choice& slashes : kSlashes) {
        all.push_back(assemble(plain(slashes.text + stack.text + route.text)));
      }
    }
    const auto with = [&](Choice Parts::*part, const Choices& choices) {
      for (const Choice& choice : choices) {
        Parts parts = plain(route.text);
        parts.*part = choice;
        all.push_back(assemble(parts));
      }
    };
    for (const Choice& suffix : kSuffixes) all.push_back(assemble(plain(route.text + suffix.text)));
    for (const Choice& form : kForms)
      all.push_back(assemble(plain(in_form(form.text, route.text))));
    for (const Choice& field : kFields) {
      Parts parts = plain(route.text);
      parts.fields = joined(field, {kAuthorization});
      all.push_back(assemble(parts));
    }
    with(&Parts::method, kMethods);
    with(&Parts::space, kSpaces);
    with(&Parts::before, kBefore);
    with(&Parts::version, kVersions);
    with(&Parts::line_end, kLineEnds);
    with(&Parts::host, kHosts);
    if (takes_bodies(route.text)) with(&Parts::body, kBodies);
  }
  return all;
}

// Percent-escapes, another case, doubled or lost bytes: whatever a server might undo.
void Spellings::change_target(std::string& target) {
  if (target.empty()) return;
  const std::size_t at = below(target.size());
  const auto byte = static_cast<unsigned char>(target[at]);
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (below(7)) {
    case 0:
      target.replace(at, 1, {'%', kDigits[byte / 16], kDigits[byte % 16]});
      return;
    case 1:
      target[at] = static_cast<char>(byte ^ 0x20);
      return;
    case 2:
      target.insert(at, 1, target[at]);
      return;
    case 3:
      target.erase(at, 1);
      return;
    case 4:
      target += pick(kSuffixes).text;
      return;
    case 5:
      target.insert(0, pick(kStacks).text);
      return;
    default:
      target = in_form(pick(kForms).text, target);
  }
}

Spelling Spellings::combined() {
  const Choice& route = kRoutes[below(below(4) == 0 ? kRoutes.size() : kCreatingRoutes)];
  std::string target = pick(kSlashes).text;
  target += pick(kStacks).text + route.text;
  Parts parts = plain(target);
  for (std::size_t changes = below(3); changes > 0; --changes) change_target(parts.target);
  const auto perhaps = [this](Choice& part, const Choices& choices, std::size_t seldom) {
    if (below(seldom) == 0) part = pick(choices);
  };
  perhaps(parts.before, kBefore, 12);
  perhaps(parts.method, kMethods, 8);
  perhaps(parts.space, kSpaces, 12);
  perhaps(parts.version, kVersions, 8);
  perhaps(parts.line_end, kLineEnds, 20);
  perhaps(parts.host, kHosts, 8);
  if (takes_bodies(route.text)) perhaps(parts.body, kBodies, 3);
  for (std::size_t fields = below(3); fields > 0; --fields)
    parts.fields = joined(pick(kFields), parts.fields);
  return assemble(parts);
}

}  // namespace taskgate::test
