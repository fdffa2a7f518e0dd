"""How long a day, a week, a month, a quarter and a year are: one set of words and one calendar for every module.

Rates, lifetimes and forecasts use mean lengths, of which twelve months are a year. Cohorts use the calendar's own
periods, of which pandas knows the codes.
"""

from typing import Literal

Grain = Literal["day", "week", "month", "quarter", "year"]

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
PANDAS_PERIOD = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}  # weeks run from Monday
