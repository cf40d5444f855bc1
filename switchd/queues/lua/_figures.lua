-- Figures lie in a hash as field → whole number; `field` is figure, dimension and name with a space
-- between. A figure that begins with "longest" is a maximum, every other one a sum.
local function is_maximum(field)
  return field:sub(1, 7) == 'longest'
end
