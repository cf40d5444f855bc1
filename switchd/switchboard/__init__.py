"""Where the event socket meets calls and seats.

`outgoing` carries out what calls ask of the switch, in FreeSWITCH's words; `incoming` turns what
FreeSWITCH tells into the words of calls, codes and phones; `turns` lets a phone have one call at a
time. Only bootstrap puts them together.
"""
