/**
 * Admission in one step of Redis, for all waiting requests of a shard. It reads the limits, decides each request in
 * turn, and appends the entries of the admitted requests together with the riding entries. They go into one message, or
 * into several where one would be too long to be read. The script runs completely or not at all.
 *
 * KEYS: the shard's stream, the watermark of this boot, then each bucket once.
 * ARGV: the boot id, the stream's life (ms), the most messages in the stream, the most bytes of a message's lines,
 * - for each bucket: milliseconds between two requests, and how early one may be (burst times that),
 * - the riding entries, one a line,
 * - each request: the places of its buckets among the buckets, separated by commas, a blank, and its entry.
 * Few and long arguments, because each argument costs the client, Redis and the drain more than its bytes do.
 *
 * Answers: the watermark (-1: none is known), how many were admitted, then for each refused request: its place among
 * the requests, the place of the limiting bucket among its own, and milliseconds (rounded up) until it would be let
 * through.
 * A single -1 says that the stream is full. A single -2 says that nothing can be appended to what stands at its key:
 * another kind of value, or a stream whose last id is the greatest possible. In both cases nothing was drawn or
 * written, and other shards are not affected. (Where ids run out between two messages, the first message is written,
 * and management writes the same entries again: the log keeps one of each.)
 *
 * A foreign value at the key of a watermark or an arrival counts as no value. Only 32 bytes of it are read, and no kind
 * of value fails the script, because otherwise each request of that bucket would make Redis count as away.
 *
 * GCRA as in management's gcra.ts (ITU-T I.371), by Redis's own clock, so that proxies with different clocks agree.
 * Arrivals are stored to the microsecond; the comparison of `over` forgives that rounding. Limits are written last, so
 * that nothing is drawn where the entries cannot be appended (out of memory).
 */
export const ADMISSION_SCRIPT = `
local boot, life, most, longest = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function numberAt(key, otherwise)
  local text = redis.pcall('GETRANGE', key, '0', '31')
  local number = type(text) == 'string' and tonumber(text)
  if number and math.abs(number) < 2 ^ 53 then return number end
  return otherwise
end
local messages = redis.pcall('XLEN', KEYS[1])
if type(messages) ~= 'number' then
  if string.find(messages.err, 'WRONGTYPE', 1, true) then return {-2} end
  return messages
end
if messages >= most then return {-1} end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local buckets = #KEYS - 2
local arrivals, intervals, early, drawn = {}, {}, {}, {}
local at = 5
for b = 1, buckets do
  arrivals[b] = numberAt(KEYS[b + 2], 0)
  intervals[b], early[b] = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
end
local lines, size = {}, 0
local unwritten
local function append()
  if #lines == 0 or unwritten then return end
  local added = redis.pcall('XADD', KEYS[1], '*', 'boot', boot, 'entry', table.concat(lines, '\\n'))
  if type(added) == 'table' then
    unwritten = added
    return
  end
  redis.call('PEXPIRE', KEYS[1], life)
  lines, size = {}, 0
end
local function add(line)
  if size + #line > longest then append() end
  lines[#lines + 1] = line
  size = size + #line + 1
end
local answer = {-1, 0}
for r = 1, #ARGV - at do
  local request = ARGV[at + r]
  local blank = string.find(request, ' ', 1, true)
  local own = {}
  for place in string.gmatch(string.sub(request, 1, blank), '%d+') do own[#own + 1] = tonumber(place) end
  local limitedBy, wait = 0, 0
  for i, b in ipairs(own) do
    local over = math.max(arrivals[b], now) + intervals[b] - now - early[b]
    if over > 0.002 and over > wait then limitedBy, wait = i, over end
  end
  if limitedBy == 0 then
    for _, b in ipairs(own) do
      arrivals[b] = math.max(arrivals[b], now) + intervals[b]
      drawn[b] = true
    end
    answer[2] = answer[2] + 1
    add(string.sub(request, blank + 1))
  else
    answer[#answer + 1] = r
    answer[#answer + 1] = limitedBy
    answer[#answer + 1] = math.ceil(wait)
  end
end
if ARGV[at] ~= '' then add(ARGV[at]) end
append()
if unwritten then
  if string.find(unwritten.err, 'exhausted', 1, true) then return {-2} end
  return unwritten
end
for b in pairs(drawn) do
  redis.call('SET', KEYS[b + 2], string.format('%.3f', arrivals[b]), 'PX', math.ceil(arrivals[b] - now) + 1)
end
answer[1] = numberAt(KEYS[2], -1)
return answer
`
