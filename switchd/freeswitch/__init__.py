"""What FreeSWITCH loads, rendered from the plan, and a doctor for a running one."""
