-- wrk's settings from the environment, and its result as one line of JSON (latencies in microseconds).
wrk.method = os.getenv("WRK_METHOD") or "GET"
if wrk.method == "POST" then
  wrk.body = "{}"
  wrk.headers["Content-Type"] = "application/json"
end
if os.getenv("WRK_CLOSE") then
  wrk.headers["Connection"] = "close"
end
-- Head of so many bytes more, in lines of at most 1 KiB: more than some proxies take in one.
local padding, line = tonumber(os.getenv("WRK_PADDING") or "0"), 0
while padding > 0 do
  line = line + 1
  local name = string.format("X-Padding-%02d", line)
  wrk.headers[name] = string.rep("p", math.max(math.min(padding, 1024) - #name - 4, 1))
  padding = padding - 1024
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"other_status":%d,"broken":%d,"median":%.1f}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50)))
end
