/**
 * Admission in one step of Redis, for all requests of a shard that wait: limits are read, each request is decided in
 * turn, and the entries of those admitted are appended together with what rides along. All or nothing of it is run.
 *
 * KEYS: the shard's stream, the watermark of this boot, then each bucket once.
 * ARGV: the boot id, the stream's life (ms), messages that the stream may hold at most,
 *       for each bucket: milliseconds between two requests, and how early one may be (burst times that),
 *       the number of requests, then for each: its entry, the number of its buckets, their places among the buckets,
 *       and then the entries that ride along.
 * Answers: the watermark (-1: none is known), how many were admitted, then for each one refused: its place among the
 * requests, the place of the bucket among its own, and milliseconds (rounded up) until it would be let through.
 * A single -1 says that the stream is full: nothing was drawn and nothing written.
 *
 * GCRA as in management's gcra.ts (ITU-T I.371), by Redis's own clock: proxies with different clocks agree. Arrivals
 * are kept to the microsecond, which is what `early` forgives. Limits are written last, so that nothing is drawn where
 * the entries cannot be appended (out of memory).
 */
export declare const ADMISSION_SCRIPT =
  "\nlocal boot, life, most = ARGV[1], ARGV[2], tonumber(ARGV[3])\nif redis.call('XLEN', KEYS[1]) >= most then return {-1} end\nlocal time = redis.call('TIME')\nlocal now = time[1] * 1000 + time[2] / 1000\nlocal buckets = #KEYS - 2\nlocal arrivals, intervals, early, drawn = {}, {}, {}, {}\nlocal at = 4\nfor b = 1, buckets do\n  arrivals[b] = tonumber(redis.call('GET', KEYS[b + 2]) or '0')\n  intervals[b], early[b] = tonumber(ARGV[at]), tonumber(ARGV[at + 1])\n  at = at + 2\nend\nlocal requests = tonumber(ARGV[at])\nat = at + 1\nlocal message = {'boot', boot}\nlocal answer = {-1, 0}\nfor r = 1, requests do\n  local entry, own = ARGV[at], tonumber(ARGV[at + 1])\n  local limitedBy, wait = 0, 0\n  for i = 1, own do\n    local b = tonumber(ARGV[at + 1 + i])\n    local next = math.max(arrivals[b], now) + intervals[b]\n    local over = next - now - early[b]\n    if over > 0.002 and over > wait then limitedBy, wait = i, over end\n  end\n  if limitedBy == 0 then\n    for i = 1, own do\n      local b = tonumber(ARGV[at + 1 + i])\n      arrivals[b] = math.max(arrivals[b], now) + intervals[b]\n      drawn[b] = true\n    end\n    answer[2] = answer[2] + 1\n    message[#message + 1] = 'entry'\n    message[#message + 1] = entry\n  else\n    answer[#answer + 1] = r\n    answer[#answer + 1] = limitedBy\n    answer[#answer + 1] = math.ceil(wait)\n  end\n  at = at + 2 + own\nend\nfor rest = at, #ARGV do\n  message[#message + 1] = 'entry'\n  message[#message + 1] = ARGV[rest]\nend\nif #message > 2 then\n  redis.call('XADD', KEYS[1], '*', unpack(message))\n  redis.call('PEXPIRE', KEYS[1], life)\nend\nfor b in pairs(drawn) do\n  redis.call('SET', KEYS[b + 2], string.format('%.3f', arrivals[b]), 'PX', math.ceil(arrivals[b] - now) + 1)\nend\nanswer[1] = tonumber(redis.call('GET', KEYS[2]) or '-1')\nreturn answer\n"
