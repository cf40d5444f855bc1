"""The headers that every event of FreeSWITCH carries and hardly anybody reads.

They are here so that whoever parses the stand-in's events pays what real events cost. Names and
order are those of recorded events; {user}, {dialled}, {profile} stand for the leg's own values.
"""

from __future__ import annotations

import orjson

_SDP = (
    "v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 27020 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-11,16\r\n"
)

_INBOUND = """
sip_from_user={user}
sip_from_port=7020
sip_from_uri={user}@127.0.0.1:7020
sip_from_host=127.0.0.1
video_media_flow=disabled
text_media_flow=disabled
sip_local_network_addr=127.0.0.1
sip_network_ip=127.0.0.1
sip_network_port=7020
sip_received_ip=127.0.0.1
sip_received_port=7020
sip_via_protocol=udp
sip_from_user_stripped={user}
sip_from_tag=14557T1
sip_full_via=SIP/2.0/UDP 127.0.0.1:7020;branch=z9hG4bK-14557-1-0
sip_from_display={user}
sip_full_from="{user}" <sip:{user}@127.0.0.1:7020>;tag=14557T1
sip_full_to=<sip:{dialled}@127.0.0.1:5080>
sip_req_user={dialled}
sip_req_port=5080
sip_req_uri={dialled}@127.0.0.1:5080
sip_req_host=127.0.0.1
sip_to_user={dialled}
sip_to_port=5080
sip_to_uri={dialled}@127.0.0.1:5080
sip_to_host=127.0.0.1
sip_contact_user={user}
sip_contact_port=7020
sip_contact_uri={user}@127.0.0.1:7020
sip_contact_host=127.0.0.1
sip_via_host=127.0.0.1
sip_via_port=7020
max_forwards=70
"""

_OUTBOUND = """
is_outbound=true
sip_profile_name={profile}
video_media_flow=disabled
text_media_flow=disabled
sip_destination_url=sip:{dialled}@127.0.0.1:6901
originate_early_media=false
originate_endpoint=sofia
sip_outgoing_contact_uri=<sip:mod_sofia@127.0.0.1:5080>
sip_req_uri={dialled}@127.0.0.1:6901
sip_local_network_addr=127.0.0.1
sip_reply_host=127.0.0.1
sip_reply_port=6901
sip_network_ip=127.0.0.1
sip_network_port=6901
sip_recover_contact=<sip:127.0.0.1:6901;transport=UDP>
sip_full_from=<sip:{user}@127.0.0.1>;tag=8Dcv0gQF8p7Ue
sip_full_to=<sip:{dialled}@127.0.0.1:6901>;tag=14556S1
sip_from_user={user}
sip_from_uri={user}@127.0.0.1
sip_from_host=127.0.0.1
sip_to_user={dialled}
sip_to_port=6901
sip_to_uri={dialled}@127.0.0.1:6901
sip_to_host=127.0.0.1
sip_contact_params=transport=UDP
sip_contact_port=6901
sip_contact_host=127.0.0.1
sip_to_tag=14556S1
sip_from_tag=8Dcv0gQF8p7Ue
sip_cseq=123112824
"""

_MEDIA = """
sofia_profile_name={profile}
sofia_profile_url=sip:mod_sofia@127.0.0.1:5080
recovery_profile_name={profile}
ep_codec_string=CORE_PCM_MODULE.PCMA@8000h@20i@64000b
rtp_use_codec_string=PCMA,PCMU
remote_video_media_flow=inactive
remote_text_media_flow=inactive
remote_audio_media_flow=sendrecv
audio_media_flow=sendrecv
remote_media_ip=127.0.0.1
remote_media_port=27020
rtp_audio_recv_pt=8
rtp_use_codec_name=PCMA
rtp_use_codec_rate=8000
rtp_use_codec_ptime=20
rtp_use_codec_channels=1
rtp_last_audio_codec_string=PCMA@8000h@20i@1c
read_codec=PCMA
original_read_codec=PCMA
read_rate=8000
original_read_rate=8000
write_codec=PCMA
write_rate=8000
dtmf_type=rfc2833
local_media_ip=127.0.0.1
local_media_port=29698
advertised_media_ip=127.0.0.1
rtp_use_timer_name=soft
rtp_use_pt=8
rtp_2833_send_payload=101
rtp_2833_recv_payload=101
"""

_STATISTICS = """
raw_bytes=0
media_bytes=0
packet_count=0
media_packet_count=0
skip_packet_count=104
jitter_packet_count=0
dtmf_packet_count=0
cng_packet_count=0
flush_packet_count=0
largest_jb_size=0
jitter_min_variance=0.00
jitter_max_variance=0.00
jitter_loss_rate=0.00
jitter_burst_rate=0.00
mean_interval=0.00
flaw_total=0
quality_percentage=100.00
mos=4.50
"""


def _template(text: str, prefix: str = "variable_") -> bytes:
    pairs = (line.split("=", 1) for line in text.strip().splitlines())
    return b"".join(
        b"," + orjson.dumps(prefix + name) + b":" + orjson.dumps(value) for name, value in pairs
    )


_SDP_BLOCK = b',"variable_switch_r_sdp":' + orjson.dumps(_SDP)
_TEMPLATES = {
    "inbound": _template(_INBOUND) + _SDP_BLOCK + _template(_MEDIA),
    "outbound": _template(_OUTBOUND) + _SDP_BLOCK + _template(_MEDIA),
}

STATISTICS = _template(_STATISTICS, "variable_rtp_audio_in_") + _template(
    _STATISTICS.replace("dtmf_packet_count=0\n", ""), "variable_rtp_audio_out_"
)
"""Media counters, as at the end of a leg; that of the keys that were sent is not among them."""


def leg_variables(direction: str, user: str, dialled: str, profile: str) -> bytes:
    """Variables of one leg's SIP and media, as `,"name":"value"` pairs."""
    values = ((b"{user}", user), (b"{dialled}", dialled), (b"{profile}", profile))
    block = _TEMPLATES[direction]
    for token, value in values:
        block = block.replace(token, orjson.dumps(value)[1:-1])
    return block
