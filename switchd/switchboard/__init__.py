"""Where the event socket meets calls and seats.

`outgoing` carries out what calls ask of the switch, in FreeSWITCH's words; `incoming` turns what
FreeSWITCH tells into the words of calls, codes and phones. Only bootstrap puts them together.
"""
