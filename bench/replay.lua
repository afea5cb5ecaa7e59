-- For wrk: sends each request of a prepared file once, notes when, and stops when all are answered.
--
-- No `response` function, which would cost more than the sending: a connection asks for its next request only
-- when the last one was answered, so once every connection has asked in vain, everything is answered.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long sec; long nsec; } moment;
int clock_gettime(int clock, moment *at);
int getpid(void);
int kill(int pid, int signal);
]]

local total = tonumber(os.getenv("REPLAY_COUNT"))
local connections = tonumber(os.getenv("REPLAY_CONNECTIONS"))
local file, sent, waiting, asked, now = nil, nil, 0, -1, nil

function init()
  file = assert(io.open(os.getenv("REPLAY_REQUESTS"), "rb"))
  sent = ffi.new("int64_t[?]", total)
  now = ffi.new("moment")
end

local function take()
  return file:read(tonumber(file:read(6)))
end

local function save()
  local out = assert(io.open(os.getenv("REPLAY_SENT"), "wb"))
  out:write(ffi.string(sent, asked * 8))
  out:close()
end

function request()
  if asked < 0 then -- wrk tries the function once before it starts
    asked = 0
    local first = take()
    file:seek("set", 0)
    return first
  end
  if asked == total then
    waiting = waiting + 1
    if waiting == connections then
      save()
      ffi.C.kill(ffi.C.getpid(), 2) -- as Ctrl-C would; wrk's main thread sleeps out its whole time otherwise
    end
    return ""
  end
  ffi.C.clock_gettime(0, now)
  sent[asked] = now.sec * 1000000000LL + now.nsec
  asked = asked + 1
  return take()
end

function done(summary, latency)
  local errors = summary.errors
  local out = assert(io.open(os.getenv("REPLAY_SUMMARY"), "w"))
  out:write(string.format(
    '{"answered":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50_us":%d,"p99_us":%d}',
    summary.requests, errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(99)))
  out:close()
end
