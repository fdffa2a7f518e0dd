"""The explorers, one to three a lesson: a plot and the sentence that says what it shows. None takes an argument.

One file a lesson, named as the lesson without its number: first the explorers, below them what they draw.
"""

from clvlib.course.explorers.capstone import spend_budget
from clvlib.course.explorers.churn_winback import warning_threshold, whom_to_contact
from clvlib.course.explorers.do_programs_work import ab_test_size, stamp_card, who_joins
from clvlib.course.explorers.forecasting import growing_silence
from clvlib.course.explorers.kano_voice_chain import kano_plane, profit_chain
from clvlib.course.explorers.lifecycle_stages import relationship_life, stage_moves
from clvlib.course.explorers.loyalty_economics import points_owed, stay_or_go, tier_profit
from clvlib.course.explorers.retention import margin_multiple, sorting, survival_forecast
from clvlib.course.explorers.satisfaction_index import pairwise_weights
from clvlib.course.explorers.scores_and_drivers import nps_triangle
from clvlib.course.explorers.segments import card_matrix, profit_whale
from clvlib.course.explorers.service_complaints import complaint_causes, sla_ageing, staffing
from clvlib.course.explorers.start_here import customer_base
from clvlib.course.explorers.three_year_table import campaign_cash
from clvlib.course.explorers.time_value import time_value
from clvlib.course.explorers.value_components import value_dimensions
from clvlib.course.explorers.winning_or_keeping import winning_or_keeping
from clvlib.course.explorers.worksheet import worksheet_ladder

__all__ = [
    "ab_test_size",
    "campaign_cash",
    "card_matrix",
    "complaint_causes",
    "customer_base",
    "growing_silence",
    "kano_plane",
    "margin_multiple",
    "nps_triangle",
    "pairwise_weights",
    "points_owed",
    "profit_chain",
    "profit_whale",
    "relationship_life",
    "sla_ageing",
    "sorting",
    "spend_budget",
    "staffing",
    "stage_moves",
    "stamp_card",
    "stay_or_go",
    "survival_forecast",
    "tier_profit",
    "time_value",
    "value_dimensions",
    "warning_threshold",
    "who_joins",
    "whom_to_contact",
    "winning_or_keeping",
    "worksheet_ladder",
]
