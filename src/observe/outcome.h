// How one request ended: every exit of a connection passes one record() with one of these. A
// value; its views are of the request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.h"
#include "base/time.h"
#include "gate/verdict.h"
#include "observe/request_ids.h"

namespace taskgate::observe {

// Which side failed, and how; the label `reason` of taskgate_upstream_errors_total. What comes of
// connecting stands first, by how much it says of the upstream.
enum class UpstreamError : std::uint8_t {
  connect_refused,
  connect_timeout,   // pacing included
  connect_failed,    // any other error of connecting
  unresolved,        // none was tried: the upstream's name has no address so far
  out_of_resources,  // none was made: the gate has no descriptor, port or memory left
  reset,             // the connection broke before the answer's head
  closed,            // it ended before the answer's head
  response_timeout,  // no answer in time, or no more of one
  malformed_head,    // the answer's head is not HTTP, or its framing is ambiguous
  unasked_upgrade,   // a 101 that nobody asked for
  vanished,          // its host answered nothing any more, TCP's probes neither
  truncated,  // the body or a tunnel broke off, or chunks are malformed: the client's connection
              // is aborted
};
inline constexpr auto kUpstreamErrors = values_up_to<UpstreamError::truncated>();
const char* name_of(UpstreamError error);

struct Outcome {
  std::string_view route = "other";  // a rule's name; "other": not gated
  std::string path_id{};             // of a gated request's path (route::Match); empty: none
  std::string_view method;           // for the access log
  std::string_view target;           // for the access log, which drops the query
  RequestIds ids;                    // for the access log
  // Sent to the client; 0: none (client gone, connection aborted). Of an admitted create the
  // upstream's, also where its client has left.
  int status = 0;
  bool create = false;                   // it creates a task, so the gate is asked
  std::optional<gate::Verdict> verdict;  // the gate's answer; unset: it did not come to that
  bool has_class = false;                // classes are configured, so that the verdict's is told
  int retry_after = 0;                   // seconds, as the client was told; 0: it was not
  std::optional<UpstreamError> upstream_error;
  bool upstream_rejected = false;  // 429 behind an admitted create: the two limits drift
  bool client_gone = false;
  bool client_vanished = false;  // ... without a word: TCP's probes found it
  bool tunnel = false;
  bool stream = false;                 // of server-sent events
  bool silent = false;                 // it was cut, since nothing moved for timeouts.idle
  const char* refusal = nullptr;       // why the head or the body was refused, static text; also
                                       // that it was ended for others
  const char* answer_fault = nullptr;  // what is wrong in the upstream's answer, static text
  Duration waited{};                   // from the whole body to the decision
  std::optional<Duration> waited_for_slot;  // the part of it in which the free slots were promised
  std::optional<Duration> waited_in_line;   // the part of it in which it stood in line
  Duration total{};            // from the first byte of the head to the end of the exchange
  std::uint64_t bytes_up = 0;  // body bytes, as they pass: a stream or a tunnel lives for hours
  std::uint64_t bytes_down = 0;
};

}  // namespace taskgate::observe
