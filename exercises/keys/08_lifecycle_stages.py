"""Exercise 8, lifecycle stages: stage a customer, name a course, value a stage and hold an offer against it."""

import numpy as np
import pandas as pd

from clvlib import lifecycle
from clvlib.course import Exercise

exercise = Exercise("08_lifecycle_stages", title="Lifecycle stages", minutes=35, uses=["lifecycle"])

CLUSTERS = np.array([[275, 1045, 103, 1], [0, 0, 18, 842], [344, 99, 804, 139], [0, 0, 0, 1031]])


@exercise.case
def roaster(rng):
    """Another shop: its own matrix (in steps of 5 points), margins, clusters and coupon."""
    join, settle, back = (5 * int(rng.integers(low, high)) / 100 for low, high in ((6, 10), (6, 9), (1, 4)))
    stay = 5 * int(rng.integers(14, 18)) / 100
    moves = [
        [0.30, join, 0, 0, round(0.70 - join, 2)],
        [0, 0.40, settle, 0.05, round(0.55 - settle, 2)],
        [0, 0, stay, round(0.95 - stay, 2), 0.05],
        [0, back, 0, 0.50, round(0.50 - back, 2)],
    ]
    used = int(rng.integers(500, 700))
    return dict(
        explored=int(rng.integers(1, 4)),
        formed=int(rng.integers(2, 6)),
        stable=int(rng.integers(4, 11)),
        declined=int(rng.integers(1, 4)),
        clusters=(CLUSTERS * rng.uniform(0.8, 1.2, CLUSTERS.shape)).astype(int).tolist(),
        moves=moves,
        margins=[-5 * int(rng.integers(2, 7)), *(10 * int(rng.integers(*ends)) for ends in ((3, 6), (8, 13), (2, 4)))],
        yearly_rate=int(rng.integers(8, 16)) / 100,
        off=int(rng.choice([30, 40, 60])),
        got=1000,
        used=used,
        unasked=used - int(rng.integers(40, 120)),
        worth=10 * int(rng.integers(30, 60)),
        first_purchase=f"2026-{int(rng.integers(1, 7)):02d}-{int(rng.integers(1, 29)):02d}",
        months=int(rng.integers(7, 11)),
    )


@exercise.textbook
def redbaby():
    return dict(
        explored=2,
        formed=3,
        stable=6,
        declined=2,
        clusters=CLUSTERS.tolist(),
        moves=[
            [0.30, 0.40, 0, 0, 0.30],
            [0, 0.45, 0.40, 0.05, 0.10],
            [0, 0, 0.80, 0.15, 0.05],
            [0, 0.10, 0, 0.50, 0.40],
        ],
        margins=[-20, 40, 100, 30],
        yearly_rate=0.10,
        off=50,
        got=1000,
        used=580,
        unasked=530,
        worth=518,
        first_purchase="2025-07-31",
        months=6,
    )


@exercise.table(points=2, level=1, within=0)
def four_notes():
    """Four notes from a shop's files. (1) She has asked for a sample and bought nothing yet. (2) Size-1 diapers are
    sold everywhere; their sales no longer grow. (3) She buys more every month and has begun with milk powder. (4) She
    has moved abroad; the last refund was paid today. Build a DataFrame with a row a note, in this order, and two
    columns. `lifecycle` is "relationship" or "product". `stage` is her stage in the textbook's six (prospect,
    development, growth, maturity, decline, termination), or "" if the note is about a product."""
    return pd.DataFrame(
        {
            "lifecycle": ["relationship", "product", "relationship", "relationship"],
            "stage": ["prospect", "", "growth", "termination"],
        }
    )


@four_notes.mistake(
    "A product can be mature, but note 2 speaks of no customer: families come to it and leave it all the time. Its "
    'lifecycle is "product", its stage "".'
)
def product_is_mature():
    return pd.DataFrame({"lifecycle": ["relationship"] * 4, "stage": ["prospect", "maturity", "growth", "termination"]})


@four_notes.mistake(
    "Note 2 is about a product, as you say. A product has none of her six stages: its `stage` stays empty."
)
def product_has_a_stage():
    return four_notes.reference().assign(stage=["prospect", "maturity", "growth", "termination"])


@four_notes.mistake(
    "In note 1 she has bought nothing yet. The relationship begins with the first contact, not with the first "
    "purchase: what does the textbook call somebody who only asks?"
)
def asking_is_buying():
    return four_notes.reference().assign(stage=["development", "", "growth", "termination"])


@four_notes.mistake(
    "In note 4 the last bill is settled: nothing declines any more. Which of the six stages is the end?"
)
def settled_is_decline():
    return four_notes.reference().assign(stage=["prospect", "", "growth", "decline"])


@four_notes.mistake("In note 3 she still buys more every month. Maturity is when she buys most and it no longer grows.")
def growing_is_mature():
    return four_notes.reference().assign(stage=["prospect", "", "maturity", "termination"])


four_notes.hint("Who or what grows old in the note: a customer's life with the shop, or a thing on the shelf?")
four_notes.hint("`lifecycle.STAGE_MODELS` has the six stages in its column `six`, with what she does in each row.")


@exercise.function(
    points=3,
    level=2,
    within=0.1,
    shown=[(3, 3, 3.5, 7), (5, 6, 3.5, 7), (3, 11, 3.5, 7), (9, 11, 3.5, 7)],
)
def stage_number(volume, highest, low, high):
    """Write the lesson's rule as a function of this month's volume, her highest volume so far (this month included) and
    the two limits. It returns 1 for exploration (below `low`), 2 for formation (below `high`), 3 for stability, and 4
    for decline: she has reached `low` before, and this month's volume is below 70 % of her highest."""
    if highest >= low and volume < 0.70 * highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.hidden_inputs
def other_months(rng):
    # at each limit and beside it: highest at `low`, volume at `low`, at `high`, at 70 % of the highest
    months = [(4, 4, 4, 8), (2, 4, 4, 8), (3, 4, 4, 8), (8, 8, 4, 8), (7, 10, 4, 8), (14, 20, 4, 8), (2, 3, 4, 8)]
    months += [(2, 6, 4, 8), (6, 8, 4, 8), (13, 20, 4, 8), (1, 3, 3.5, 7), (5, 13, 4, 7.5), (8, 9, 4, 7.5)]
    for _ in range(6):
        highest = int(rng.integers(11, 20))
        months.append((int(rng.integers(1, highest + 1)), highest, 4.5, 9.5))
    return months


@stage_number.mistake(
    "Your function never says decline. It needs a look back: how far is this month below her highest?"
)
def no_decline(volume, highest, low, high):
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "You ask for exploration first, so a customer who once bought much and now buys little is called new. Ask for "
    "decline first."
)
def exploration_first(volume, highest, low, high):
    if volume < low:
        return 1
    return 4 if volume < 0.70 * highest else 2 if volume < high else 3


@stage_number.mistake(
    "Every month below her best is called decline. Volumes go up and down: only a fall of more than 30 % counts."
)
def any_fall(volume, highest, low, high):
    if highest >= low and volume < highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "You call her declining though she never reached `low`. Who has bought one unit after three is still exploring."
)
def never_grown(volume, highest, low, high):
    if volume < 0.70 * highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "You call her declining only when she is 70 % below her highest. More than 30 % below is less than 70 % of it."
)
def seventy_below(volume, highest, low, high):
    if highest >= low and volume < 0.30 * highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "At exactly 70 % of her highest she is not below it, so not in decline: ask with < and not with <=."
)
def at_seventy(volume, highest, low, high):
    if highest >= low and volume <= 0.70 * highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "Whoever has bought exactly `low` has reached it: decline asks whether her highest is at least `low`."
)
def above_low(volume, highest, low, high):
    if highest > low and volume < 0.70 * highest:
        return 4
    return 1 if volume < low else 2 if volume < high else 3


@stage_number.mistake(
    "You wrote 3.5 and 7 into the function. On the hidden inputs the limits are others: use `low` and `high`."
)
def limits_of_the_lesson(volume, highest, low, high):
    if highest >= 3.5 and volume < 0.70 * highest:
        return 4
    return 1 if volume < 3.5 else 2 if volume < 7 else 3


stage_number.hint("Four outcomes, so three questions. Which one must come first?")
stage_number.hint("`if highest >= low and volume < 0.70 * highest:` is decline; the rest is the order of the limits.")


@exercise.choice(
    points=1,
    level=1,
    options={
        "abortion": "premature abortion (早期流产)",
        "demise": "midway demise (中途夭折)",
        "exit": "early exit (提前退出)",
        "maintenance": "long-term maintenance (长久保持)",
    },
    wrong={
        "abortion": "Premature abortion (早期流产) is lost out of exploration. She came much further before she left.",
        "demise": "Midway demise (中途夭折) ends before stability is reached. She was stable, if not for long.",
        "maintenance": "Count the stable months only, not the whole life. Are there 12 of them?",
    },
)
def which_course():
    """A customer explored for {explored} months, formed for {formed}, was stable for {stable}, declined for {declined}
    and was lost. A relationship is long from 12 stable months on. Which course did hers take?"""
    # she reached stability, so neither an abortion nor a midway demise; under 12 stable months it was an early exit
    return "exit"


which_course.hint("How far did she come, and how many stable months did she have?")


@exercise.number(points=2, level=2, within=0.002)
def clusters_right(clusters):
    """A clustering has made four clusters of customers' months. `clusters` has a row a cluster; its four columns say
    how many of the cluster's months truly were decline, exploration, formation and stability. Name each cluster after
    the stage that most of its months belong to. What share of all months has the right name?"""
    return sum(max(row) for row in clusters) / sum(sum(row) for row in clusters)


@clusters_right.mistake(
    "You took the first cluster for the first column, the second for the second ... A clustering numbers its clusters "
    "as it pleases: look in each row for the largest count."
)
def in_given_order(clusters):
    return sum(row[place] for place, row in enumerate(clusters)) / sum(map(sum, clusters))


@clusters_right.mistake(
    "You took the mean of the four clusters' shares. They are not of one size: add up the right months, and divide by "
    "all months."
)
def mean_of_shares(clusters):
    return sum(max(row) / sum(row) for row in clusters) / len(clusters)


@clusters_right.mistake(
    "You looked for the largest count in each column. A column is a stage; it is the cluster, a row, that gets one "
    "name."
)
def by_column(clusters):
    return sum(map(max, zip(*clusters, strict=True))) / sum(map(sum, clusters))


@clusters_right.mistake("Those are the months with a wrong name.")
def share_wrong(clusters):
    return 1 - sum(max(row) for row in clusters) / sum(map(sum, clusters))


clusters_right.hint("In each row, how many months get the right name?")
clusters_right.hint("`max(row)` is a cluster's right months, `sum(row)` all of its months.")


@exercise.table(points=4, level=2, within=0.02)
def worth_of_stages(moves, margins, yearly_rate):
    """`moves` has the chances of moving from one month to the next: from exploration, formation, stability and decline
    (the rows) to these four and to lost (the columns). `margins` has the profit of a month in each of the four stages,
    in RMB, at the month's start, the first one now. The discount rate is {yearly_rate:.0%} *a year*. Build a DataFrame
    with a row a stage and the columns `months` (how many she can expect, the month now included) and `value` (her
    lifetime value, in RMB)."""
    monthly_rate = (1 + yearly_rate) ** (1 / 12) - 1
    life = lifecycle.expected_life(moves)
    value = lifecycle.markov_clv(moves, margins, monthly_rate)
    return pd.DataFrame({"months": life, "value": value})


def stage_table(moves, margins, rate, timing="start"):
    """The reference's table at another rate or timing."""
    value = lifecycle.markov_clv(moves, margins, rate, timing)
    return pd.DataFrame({"months": lifecycle.expected_life(moves), "value": value})


@worth_of_stages.mistake(
    "You discounted by a year's rate every month. The matrix goes by the month, so the rate must: "
    "(1 + yearly_rate) ** (1 / 12) - 1."
)
def yearly_rate_each_month(moves, margins, yearly_rate):
    return stage_table(moves, margins, yearly_rate)


@worth_of_stages.mistake(
    "You divided the yearly rate by 12. Rates compound: (1 + yearly_rate) ** (1 / 12) - 1 a month."
)
def rate_divided(moves, margins, yearly_rate):
    return stage_table(moves, margins, yearly_rate / 12)


@worth_of_stages.mistake("The values are not discounted: 100 RMB in a year count as 100 RMB today.")
def not_discounted(moves, margins):
    return stage_table(moves, margins, 0)


@worth_of_stages.mistake(
    'You put the profit at the end of each month. Here it comes at the start, the first one now: timing="start".'
)
def at_the_end(moves, margins, yearly_rate):
    return stage_table(moves, margins, (1 + yearly_rate) ** (1 / 12) - 1, "end")


@worth_of_stages.mistake("The month now is missing from `value`: its profit comes today, and counts in full.")
def without_now(moves, margins, yearly_rate):
    table = stage_table(moves, margins, (1 + yearly_rate) ** (1 / 12) - 1)
    return table.assign(value=table["value"] - margins)


@worth_of_stages.mistake(
    "`value` is right. In `months` the month now is missing: she is there today, so it counts as the first."
)
def months_without_now(moves, margins, yearly_rate):
    table = stage_table(moves, margins, (1 + yearly_rate) ** (1 / 12) - 1)
    return table.assign(months=table["months"] - 1)


worth_of_stages.hint("By what must a month be discounted so that twelve of them make the yearly rate?")
worth_of_stages.hint("`lifecycle.expected_life(moves)` and `lifecycle.markov_clv(moves, margins, monthly_rate)`.")


@exercise.number(points=2, level=2, unit="RMB", within=0.5)
def coupon_profit(off, used, unasked, worth):
    """{got:,} customers in decline, drawn by lot, got a coupon of {off} RMB off, and {used} bought again, all of them
    with the coupon. Of as many without a coupon {unasked} bought again. A customer brought back is worth {worth} RMB.
    What did the coupons earn, less what they cost, in RMB?"""
    return (used - unasked) * worth - used * off


@coupon_profit.mistake(
    "You counted everyone who used the coupon as brought back. Most of them would have bought without it: look at the "
    "group that got none."
)
def all_brought_back(off, used, worth):
    return used * worth - used * off


@coupon_profit.mistake(
    "You paid only for the coupons of those who were brought back. All who used one took the money off."
)
def only_theirs_cost(off, used, unasked, worth):
    return (used - unasked) * (worth - off)


@coupon_profit.mistake("A coupon that nobody uses costs nothing. Count those that were used.")
def all_coupons_cost(off, got, used, unasked, worth):
    return (used - unasked) * worth - got * off


@coupon_profit.mistake("That is what those brought back are worth. The coupons cost something, too.")
def cost_forgotten(used, unasked, worth):
    return (used - unasked) * worth


coupon_profit.hint("How many bought because of the coupon? And how many coupons were paid for?")


@exercise.table(points=2, level=2, within=0)
def calendar(first_purchase, months):
    """A new customer's first purchase was on `first_purchase`. Make her calendar for {months} months. A bank visits new
    customers within seven days; ours are asked on day 7 (seven days later), then once every month on the day of the
    first purchase, with a review in months 3 and 6. Build a DataFrame with the columns `date` (text, such as
    "2026-01-31") and `kind` ("day 7", "monthly" or "review"), the earliest contact first. `lifecycle.contact_plan`
    knows the dates."""
    plan = lifecycle.contact_plan(first_purchase, months=months)
    kinds = ["review" if month in (3, 6) else "monthly" for month in range(1, months + 1)]
    return pd.DataFrame({"date": plan["date"].dt.strftime("%Y-%m-%d"), "kind": ["day 7", *kinds]})


def dated(days, reviews, months):
    """A calendar with these days and with reviews in these months."""
    kinds = ["review" if month in reviews else "monthly" for month in range(1, months + 1)]
    return pd.DataFrame({"date": [f"{day:%Y-%m-%d}" for day in days], "kind": ["day 7", *kinds]})


def by_the_month(first_purchase, months, day_7=7):
    """Day 7 and the same day of each month."""
    start = pd.Timestamp(first_purchase)
    return [start + pd.Timedelta(days=day_7), *(start + pd.DateOffset(months=month) for month in range(1, months + 1))]


@calendar.mistake(
    "You made every month 30 days long, so the contacts drift away from the day of the first purchase. Use calendar "
    "months."
)
def months_of_30_days(first_purchase, months):
    start = pd.Timestamp(first_purchase)
    days = [start + pd.Timedelta(days=days) for days in (7, *range(30, 30 * months + 1, 30))]
    return dated(days, (3, 6), months)


@calendar.mistake(
    "You made the third and the sixth contact a review. Day 7 is a contact, too: the reviews are in months 3 and 6, a "
    "row further down."
)
def rows_for_months(first_purchase, months):
    return dated(by_the_month(first_purchase, months), (2, 5), months)


@calendar.mistake("Your day 7 is one day early: it is seven days after the first purchase.")
def first_day_counted(first_purchase, months):
    return dated(by_the_month(first_purchase, months, day_7=6), (3, 6), months)


calendar.hint("`lifecycle.contact_plan(first_purchase, months=months)` has one row a contact; the first is day 7.")
calendar.hint('`plan["date"].dt.strftime("%Y-%m-%d")` turns its dates into text. In which rows are months 3 and 6?')


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "separates what a customer is worth from the difference that an offer makes": 1,
        "compares the offers by break-even: cost, worth of a move, and share of those leaving that must be held": 1,
        "proposes a pilot with a random control group, names the one number to track and how long": 1,
        "says what would change the decision, or names an assumption (stages by rule, only the stage of now counts)": 1,
    },
    half=[
        "says that the conclusion does not follow, and not what an offer changes",
        "compares the costs, or the worth of a move, without the share that must be held",
        "proposes a group without the offer, and names neither number nor time",
        "hedges, and names no assumption and no result",
    ],
)
def where_does_the_money_go():
    """A colleague writes: "A stable customer is worth 601 RMB, a new one 264, one in decline 161. So a stable customer
    deserves more than twice the care of a new one, and nobody in decline deserves any." You may spend 36,000 RMB a
    month on the lesson's three offers. Answer in four to six sentences: is the colleague right, what do you pilot
    first, and which number decides?"""
    return (
        "The three values are right, the conclusion is not: they say what a customer is worth, not what an offer "
        "changes. A stable customer mostly stays anyway; of 100 only 15 turn down, and a gift of 15 RMB pays only if "
        "it holds 3.4 of them, more than one in five. Of 100 new customers 30 are lost in the first month, and the "
        "welcome pack pays if it holds 2.9 of them, one in ten. So I would give the pack to every second new "
        "customer, drawn by lot, for nine months, and track the share in formation one month later against those "
        "without it: 2.9 points decide. Those in decline are not hopeless either, since bringing one back is worth "
        "514 RMB, but a coupon needs a group that gets none. I would change my mind if the pack moved less than that, "
        "or if the log showed two kinds of stable customers."
    )


@exercise.turn.number(unit="customers", within=0.5)
def formed_in_two():
    """Of 1,000 new customers 300 explore and 400 are in formation after one month. From exploration 40 % go on to
    formation in a month, in formation 45 % stay. How many are in formation after two months?"""
    return 300 * 0.40 + 400 * 0.45


@formed_in_two.mistake("Those are only the ones who come from exploration. Some of the 400 are still in formation.")
def from_exploration_only():
    return 300 * 0.40


@formed_in_two.mistake("Those are only the ones who stayed in formation. Some of the 300 join them.")
def from_formation_only():
    return 400 * 0.45


@formed_in_two.mistake("You kept all of the 400. Of these 45 % stay in formation, the others move on or leave.")
def all_stay():
    return 300 * 0.40 + 400


@formed_in_two.mistake("After one month only 300 are left in exploration, not 1,000.")
def from_the_thousand():
    return 1000 * 0.40 + 400 * 0.45


formed_in_two.hint("Whoever is in formation now came from exploration, or was there already. How many of each?")
formed_in_two.hint("40 % of 300, and 45 % of 400.")


@exercise.turn.number(unit="customers, of 100", within=0.03)
def must_hold():
    """A pack costs 15 RMB a head, and each new customer who is held by it brings 513.54 RMB of today. How many of 100
    must it hold to earn what it costs?"""
    return 100 * 15 / 513.54


@must_hold.mistake("That is the number as a fraction. Say how many of 100 it is.")
def as_a_fraction():
    return 15 / 513.54


@must_hold.mistake("That is the part of the 30 who are leaving, in percent. Count them among all 100.")
def part_of_the_leaving():
    return 100 * 15 / 513.54 / 0.30


@must_hold.mistake(
    "You divided by what a new customer is worth, and she is that without the pack. It turns 0 into 513.54."
)
def worth_of_the_new():
    return 100 * 15 / 263.99


@must_hold.mistake("You took the pack's cost for those who leave only. Nobody knows who they are: all 100 get it.")
def cost_of_the_leaving():
    return 30 * 15 / 513.54


must_hold.hint("What do 100 packs cost? And what does one customer bring who is held?")
must_hold.hint("1,500 RMB, divided by 513.54 RMB.")


@exercise.turn.number(unit="months", within=0.01)
def months_to_pay():
    """She explores for 6 months at -20 RMB each, and does not form or decline. A stable month brings 100 RMB. How many
    whole stable months pay for it?"""
    return int(np.ceil(6 * 20 / 100))


@months_to_pay.mistake("As long as she dithered? A stable month brings five times what a month of dithering costs.")
def as_long_as_she_dithered():
    return 6


@months_to_pay.mistake("With one stable month 20 RMB are still missing. One more.")
def one_month_short():
    return 1


@months_to_pay.mistake("The slider has whole months only. With which one is the profit first above 0?")
def exactly():
    return 6 * 20 / 100


months_to_pay.hint("Move the stable months up from 0, one by one. When is the profit in the title no longer negative?")
months_to_pay.hint("Six months cost 120 RMB, and a stable one brings 100.")


@exercise.turn.number(unit="%", within=0.5)
def stays_needed():
    """With "Exploration to formation" at 50 % a new customer is worth 337.10 RMB. What is the first value of
    "Stability: stays" on the slider, in percent, at which she is worth as much, the other moves as they were?"""
    worth = {}
    for percent in range(80, 96):
        stays = percent / 100
        moves = [
            [0.30, 0.40, 0, 0, 0.30],
            [0, 0.45, 0.40, 0.05, 0.10],
            [0, 0, stays, 0.75 * (1 - stays), 0.25 * (1 - stays)],
            [0, 0.10, 0, 0.50, 0.40],
        ]
        worth[percent] = lifecycle.markov_clv(moves, [-20, 40, 100, 30], 1.10 ** (1 / 12) - 1).iloc[0]
    return min(percent for percent, new in worth.items() if new >= 337.10)


@stays_needed.mistake("Ten points, as before? At 90 % she is worth 468 RMB. A point of staying counts every month.")
def ten_points_too():
    return 90


@stays_needed.mistake("At 85 % she is worth 334 RMB, and 337 were asked. One step more.")
def a_step_short():
    return 85


@stays_needed.mistake("Those are the points more. Give the slider's value.")
def points_more():
    return 6


stays_needed.hint("Reset, then move only that slider. When does the title first say 337 or more?")
stays_needed.hint("Between 84 and 88 %.")
