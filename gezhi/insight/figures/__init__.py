"""Rates and times of cases: counted ahead, read by place, party, category, channel and month, opened into the cases they count."""
