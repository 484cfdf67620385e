-- One request, again and again: METHOD, the file of its body or -, the expected status. With
-- `varied` each has another value of a header, so that no two are the same.
-- Prints what came of it as a line of JSON; an answer of another status is counted.
local threads = {}
local wanted

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  unexpected = 0
  wrk.method = args[1]
  wanted = tonumber(args[3])
  if args[2] ~= '-' then
    local file = assert(io.open(args[2], 'rb'))
    wrk.body = file:read('*a')
    file:close()
  end
  if args[4] == 'varied' then
    local number = 0
    request = function()
      number = number + 1
      wrk.headers['X-Number'] = number
      return wrk.format()
    end
  end
end

function response(status)
  if status ~= wanted then
    unexpected = unexpected + 1
  end
end

function done(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get('unexpected')
  end
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"unexpected":%d,"broken":%d,"p50":%.3f,"p99":%.3f,"max":%.3f}\n',
    summary.requests, summary.duration / 1e6, wrong, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
