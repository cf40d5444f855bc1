"""Telephones played by SIPp, for the demo on a real FreeSWITCH and for the live tests.

They do what they are told; who calls, answers and loses patience is decided elsewhere.
"""
