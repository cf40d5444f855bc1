-- Where a seat's phone is registered: homes, a JSON list of owners (each has its FreeSWITCH) in the
-- order of their registrations, and home, the last of them, by which the seat is rung.
-- include _seats.lua

local function homes(seat)
  local known = seat_field(seat, 'homes')
  return known and cjson.decode(known) or {}
end

local function settle(seat, list)
  local home = list[#list]
  count(seat, -1)
  redis.call('HSET', key.seat .. seat, 'homes', home and cjson.encode(list) or '[]',
    'home', home or '', 'reachable', home and '1' or '0')
  count(seat, 1)
  if home then
    show(seat)
  else
    hide(seat)
  end
end

-- The others of the list, and whether `one` was in it.
local function without(list, one)
  local others, found = {}, false
  for _, other in ipairs(list) do
    if other == one then
      found = true
    else
      others[#others + 1] = other
    end
  end
  return others, found
end

local function registered(seat, owner)
  local list = without(homes(seat), owner)
  list[#list + 1] = owner
  settle(seat, list)
end

local function unregistered(seat, owner)
  local list, was_there = without(homes(seat), owner)
  if was_there then
    settle(seat, list)
  end
end
