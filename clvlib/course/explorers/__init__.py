"""The explorers, one to three a lesson: a plot and the sentence that says what it shows. None takes an argument."""

from clvlib.course.explorers.lifecycle import (
    card_matrix,
    profit_whale,
    relationship_life,
    stage_moves,
    warning_threshold,
    whom_to_contact,
)
from clvlib.course.explorers.loyalty import (
    ab_test_size,
    points_owed,
    spend_budget,
    stamp_card,
    stay_or_go,
    tier_profit,
    who_joins,
)
from clvlib.course.explorers.satisfaction import (
    complaint_causes,
    kano_plane,
    nps_triangle,
    pairwise_weights,
    profit_chain,
    sla_ageing,
    staffing,
)
from clvlib.course.explorers.worth import (
    customer_base,
    margin_multiple,
    sorting,
    survival_forecast,
    time_value,
    value_dimensions,
    winning_or_keeping,
    worksheet_ladder,
)

__all__ = [
    "ab_test_size",
    "card_matrix",
    "complaint_causes",
    "customer_base",
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
