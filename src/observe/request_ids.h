// The ids by which a request is found again in other programs' logs: X-Request-Id, and the trace
// and span of a traceparent (W3C Trace Context). They are forwarded as they came. A create without
// a request id, and any other request without one that is answered here, gets one that is made: for
// the gate's own answer, the log and the status, and not for the upstream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace taskgate::observe {

// An empty member: absent, or not what such an id looks like.
struct RequestIds {
  std::string request_id;
  std::string trace_id, span_id;
};

// Clients choose these, so only what is well-formed and short is taken: a request id of at most 128
// letters, digits and -._~:+/=@ (UUIDs, hexadecimal and base64 are of these); a traceparent of
// version 00, or of a later one, by its first four parts.
RequestIds read_request_ids(std::string_view x_request_id, std::string_view traceparent);

// Ids for requests that brought none: twelve digits and letters, so short that none is put on the
// heap, and not to be foretold from those that were made before. One thread.
class RequestIdMaker {
 public:
  std::string make();

 private:
  static std::uint64_t any();
  std::uint64_t next_ = any();
  std::uint64_t key_ = any();
};

}  // namespace taskgate::observe
