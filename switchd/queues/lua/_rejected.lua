-- Which seats were not offered a caller though they serve one of the caller's pools, and why not.
-- include _seats.lua

-- So many at most: a match costs the same however many seats there are.
local most_rejected = 30

local function what_hinders(seat, hindrance)
  if hindrance == 'not_ready' then
    return 'not_ready:' .. seat_field(seat, 'reason')
  end
  return hindrance
end

-- `known` are seats to be left out; seats that ring for the very caller are left out as well.
-- Returns {{seat, reason}, …}, or nil if there is none.
local function rejected(found, pools, known)
  local list = {}
  local function add(seat, reason)
    list[#list + 1] = {seat, reason}
    known[seat] = true
  end
  for _, pool in ipairs(pools) do
    local seats = redis.call('ZRANGE', key.hindered .. pool, 0, most_rejected - 1, 'WITHSCORES')
    for at = 1, #seats, 2 do
      local seat, hindrance = seats[at], hindrances[tonumber(seats[at + 1])]
      local own = hindrance == 'offered' and seat_field(seat, 'call') == found.call
      if not (known[seat] or own) and #list < most_rejected then
        add(seat, what_hinders(seat, hindrance))
      end
    end
  end
  local behind = found.how == 'preferred' and 'not_preferred' or 'later_in_turn'
  for _, pool in ipairs(pools) do
    for _, seat in ipairs(redis.call('ZRANGE', key.idle .. pool, 0, most_rejected - 1)) do
      if not known[seat] and #list < most_rejected then
        add(seat, behind)
      end
    end
  end
  return list[1] and list or nil
end
