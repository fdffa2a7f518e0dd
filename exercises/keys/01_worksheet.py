"""Exercise 1, the worksheet: reproduce it, then find out what it leaves out."""

import numpy as np
import pandas as pd

from clvlib import value, worksheet
from clvlib.course import Exercise

exercise = Exercise("01_worksheet", title="The worksheet", minutes=30, uses=["value", "worksheet"])


@exercise.case
def shop(rng):
    """A shop of the same kind with numbers of its own."""
    revenue_1 = int(rng.integers(1500, 3000))
    revenue_3 = int(revenue_1 * rng.uniform(0.45, 0.65))
    revenue = revenue_1 + revenue_3 + (revenue_1 + revenue_3) // 2
    return dict(
        visits_per_year=int(rng.choice([10, 18, 24, 26])),
        years=int(rng.integers(30, 61)),
        purchases=float(rng.integers(125, 190) / 100),
        spend=int(rng.integers(16, 31) * 10),
        cac=int(rng.integers(45, 76)),
        profit=int(revenue * rng.uniform(0.08, 0.20)),
        revenue=revenue,
        revenue_1=revenue_1,
        revenue_3=revenue_3,
        told=int(rng.integers(3, 9)),
        conversion_percent=int(rng.integers(2, 8)),
        rate=float(rng.choice([0.08, 0.10, 0.12])),
    )


@exercise.textbook
def redbaby():
    return dict(
        visits_per_year=12,
        years=65,
        purchases=1.52,
        spend=220,
        cac=57,
        profit=542,
        revenue=5844,
        revenue_1=2444,
        revenue_3=1399,
        told=5,
        conversion_percent=2,
        rate=0.10,
    )


@exercise.number(points=1, level=1, unit="RMB", within=0.5)
def worksheet_value(visits_per_year, years, purchases, spend, cac):
    """A shop expects a customer to come {visits_per_year} times a year for {years} years, to make {purchases}
    purchases a visit and to pay {spend} RMB a purchase. Winning her cost {cac} RMB. What is her lifetime value on the
    worksheet, in RMB?"""
    return visits_per_year * years * purchases * spend - cac


@worksheet_value.mistake("That is the gross figure. The worksheet takes the cost of winning her away, once.")
def forgot_cac(visits_per_year, years, purchases, spend):
    return visits_per_year * years * purchases * spend


@worksheet_value.mistake("You counted one visit a year. Visits are visits a year times years.")
def counted_years(years, purchases, spend, cac):
    return years * purchases * spend - cac


@worksheet_value.mistake("You took the acquisition cost away for every year. It is paid once, to win her.")
def cac_every_year(visits_per_year, years, purchases, spend, cac):
    return visits_per_year * years * purchases * spend - years * cac


@worksheet_value.mistake("You counted one purchase a visit. Multiply by the purchases per visit as well.")
def one_purchase(visits_per_year, years, spend, cac):
    return visits_per_year * years * spend - cac


worksheet_value.hint("First the visits of a whole life. Then the purchases. Then the money.")
worksheet_value.hint(
    "visits_per_year * years * purchases * spend is what she pays in all. What did it cost to win her?"
)


@exercise.choice(
    points=1,
    level=1,
    options={
        "months": "months in a year",
        "visits": "visits in a whole life",
        "purchases": "purchases in a whole life",
        "customers": "customers of one shop",
    },
    wrong={
        "months": "There are 12 months in a year, whatever the shop. The product runs over all the years.",
        "purchases": "Not yet: a visit brings more than one purchase. The worksheet multiplies by that next.",
        "customers": "The whole worksheet is about one customer.",
    },
)
def what_is_counted():
    """{visits_per_year} times {years}: what does this product count?"""
    # visits a year, times years: the years cancel, and visits in a whole life are left
    return "visits"


what_is_counted.hint("Read it with its units: visits per year, times years.")


@exercise.number(points=2, level=2, unit="RMB", within=0.5)
def with_margin(visits_per_year, years, purchases, spend, cac, profit, revenue):
    """The shop's own three-year table shows {profit} RMB of profit on {revenue:,} RMB of revenue per customer. Take
    that share as the margin of every sale. What is her value now, over the same {years} years, in RMB?"""
    margin = profit / revenue
    return margin * visits_per_year * years * purchases * spend - cac


@with_margin.mistake(
    "You applied the margin after taking the acquisition cost away, so only a part of that cost was counted. "
    "All of it was paid: take it off last."
)
def margin_after_cac(visits_per_year, years, purchases, spend, cac, profit, revenue):
    return profit / revenue * (visits_per_year * years * purchases * spend - cac)


@with_margin.mistake("You rounded the margin rate on the way. Keep profit / revenue as it is, and round at the end.")
def margin_rounded(visits_per_year, years, purchases, spend, cac, profit, revenue):
    return round(profit / revenue, 2) * visits_per_year * years * purchases * spend - cac


@with_margin.mistake("The margin is right, but the cost of winning her is missing.")
def margin_without_cac(visits_per_year, years, purchases, spend, profit, revenue):
    return profit / revenue * visits_per_year * years * purchases * spend


@with_margin.mistake("You took the profit away and kept the costs. The margin is the part the shop keeps.")
def kept_the_costs(visits_per_year, years, purchases, spend, cac, profit, revenue):
    return (1 - profit / revenue) * visits_per_year * years * purchases * spend - cac


with_margin.hint("margin = profit / revenue")
with_margin.hint("What she pays in all, times the share that stays with the shop, less what winning her cost.")


@exercise.function(
    points=3,
    level=2,
    within=0.01,
    shown=[(780, 1.52, 220, 57), (120, 2.0, 150, 40), (0, 1.52, 220, 57)],
)
def worksheet_ltv(visits, purchases_per_visit, spend, acquisition_cost):
    """Write the worksheet once, for any customer: a function `worksheet_ltv` of the visits of a whole life, the
    purchases per visit, the spend per purchase and the acquisition cost. It returns her lifetime value."""
    return visits * purchases_per_visit * spend - acquisition_cost


@worksheet_ltv.hidden_inputs
def other_customers(rng):
    return [
        (int(rng.integers(1, 900)), float(rng.integers(100, 300) / 100), int(rng.integers(20, 500)), int(cac))
        for cac in rng.integers(1, 900, size=6)
    ]


@worksheet_ltv.mistake("The function never takes the acquisition cost away.")
def never_takes_cac(visits, purchases_per_visit, spend, acquisition_cost):
    return visits * purchases_per_visit * spend


@worksheet_ltv.mistake(
    "The acquisition cost is multiplied too: check the brackets. It is paid once, not at every visit."
)
def cac_at_every_visit(visits, purchases_per_visit, spend, acquisition_cost):
    return visits * (purchases_per_visit * spend - acquisition_cost)


@worksheet_ltv.mistake("The acquisition cost is added. It was spent: take it away.")
def adds_cac(visits, purchases_per_visit, spend, acquisition_cost):
    return visits * purchases_per_visit * spend + acquisition_cost


@worksheet_ltv.mistake(
    "Your function takes off 57 for every customer. `cac` is the number of question 1: use the argument "
    "`acquisition_cost`."
)
def cac_of_question_1(visits, purchases_per_visit, spend, acquisition_cost):
    return visits * purchases_per_visit * spend - 57


@worksheet_ltv.mistake("Your function gives the same value whatever it gets: use its arguments, not fixed numbers.")
def always_redbaby(visits, purchases_per_visit, spend, acquisition_cost):
    return 780 * 1.52 * 220 - 57


worksheet_ltv.hint("It is the line of question 1, with the four arguments in place of the numbers.")


@exercise.choice(
    points=1,
    level=1,
    options={
        "service": "service: answering her calls and complaints",
        "marketing": "marketing: reminding her to buy, bringing her back",
        "production": "production: buying or making the goods",
        "delivery": "delivery: bringing the goods to her door",
    },
    wrong={
        "service": "Nobody called or complained: the shop wants an order. Who pays for getting orders?",
        "production": "The catalogue is printed, but it is not what she buys. Production is the cost of the goods.",
        "delivery": "It goes by mail, but delivery is what it costs to bring an order. Here there is no order yet.",
    },
)
def which_cost():
    """A shop keeps the cost of its customers on four lines. It prints a catalogue and mails it to everyone who has not
    ordered for three months. On which line does it belong?"""
    # it brings an order that would not come by itself: that is marketing, whatever the post office is paid
    return "marketing"


which_cost.hint("Ask what the money is spent for, not how the thing is made or sent.")


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def referral(told, conversion_percent, profit):
    """A satisfied customer tells {told} others about the shop. {conversion_percent} in 100 of them become customers
    because of it, and such a customer brings {profit} RMB of profit in three years. What are her recommendations
    worth, in RMB?"""
    return told * conversion_percent / 100 * profit


@referral.mistake("Those are the profits of everyone she told. Only some of them become customers.")
def everyone_buys(told, profit):
    return told * profit


@referral.mistake("That is what one of those she told is worth on average. She told more than one.")
def only_one_told(conversion_percent, profit):
    return conversion_percent / 100 * profit


@referral.mistake("That counts the new customers. What does each of them bring?")
def heads_not_money(told, conversion_percent):
    return told * conversion_percent / 100


@referral.mistake("You added her own profit. The question asks for her recommendations alone; keep the two apart.")
def own_profit_added(told, conversion_percent, profit):
    return told * conversion_percent / 100 * profit + profit


referral.hint("How many of those she tells become customers? It need not be a whole number.")
referral.hint("`value.referral_value(told=..., conversion=..., value=...)`; write 2 in 100 as 0.02.")


@exercise.table(points=3, level=2, within=0.5)
def three_rungs(visits_per_year, years, purchases, spend, cac, profit, revenue, revenue_1, revenue_3, rate):
    """Build a DataFrame with the columns `step` and `value` and three rows: "margin" (as in question 3),
    "discounting" (the same, discounted at {rate:.0%} a year) and "retention" (and customers leave). In the shop's
    table, revenue per customer falls from {revenue_1:,} RMB in year 1 to {revenue_3:,} in year 3: read all of that as
    customers leaving, at the same rate each year. Visits come at the start of each period, the first one now; the
    acquisition cost is paid once, today. `worksheet.correction_ladder` makes this table, and more: tell it
    `visits_per_year`, and for the two rungs below, which are not asked here, any `horizon` and `revenue_per_year`."""
    ladder = worksheet.correction_ladder(
        visits_per_year * years,
        purchases,
        spend,
        cac,
        margin_rate=profit / revenue,
        rate=rate,
        retention=(revenue_3 / revenue_1) ** (1 / 2),
        horizon=3 * visits_per_year,
        revenue_per_year=revenue_1,
        visits_per_year=visits_per_year,
    )
    return ladder.loc[["margin", "discounting", "retention"], ["value"]].reset_index()


def rungs(per_visit_rate, per_visit_retention, timing="start", **case):
    """The three rungs at these rates, each step by hand."""
    visits = case["visits_per_year"] * case["years"]
    margin = case["profit"] / case["revenue"] * case["purchases"] * case["spend"]
    rates = {"margin": (1, 0), "discounting": (1, per_visit_rate), "retention": (per_visit_retention, per_visit_rate)}
    worth = [value.clv(margin, stays, rate, visits, timing) - case["cac"] for stays, rate in rates.values()]
    return pd.DataFrame({"step": list(rates), "value": worth})


def per_visit(visits_per_year, revenue_1, revenue_3, rate, **case):
    """Discount and retention rate from one visit to the next."""
    return (1 + rate) ** (1 / visits_per_year) - 1, (revenue_3 / revenue_1) ** (1 / 2 / visits_per_year)


@three_rungs.mistake(
    'You discounted as if each visit came at the end of its period. The first visit is now: timing="start".'
)
def visits_at_the_end(**case):
    return rungs(*per_visit(**case), timing="end", **case)


@three_rungs.mistake(
    "You used yearly rates at every visit, so that she loses a year's worth between two visits. Convert them: "
    "(1 + rate) ** (1 / visits_per_year) - 1 and retention ** (1 / visits_per_year)."
)
def yearly_rates_at_every_visit(**case):
    return rungs(case["rate"], (case["revenue_3"] / case["revenue_1"]) ** (1 / 2), **case)


@three_rungs.mistake(
    "You divided the discount rate by the visits a year. Rates compound: (1 + rate) ** (1 / visits_per_year) - 1."
)
def rate_divided(**case):
    return rungs(case["rate"] / case["visits_per_year"], per_visit(**case)[1], **case)


@three_rungs.mistake("Year 1 to year 3 is two years: retention a year is the square root of revenue_3 / revenue_1.")
def two_years_in_one(**case):
    discount, stays = per_visit(**case)
    return rungs(discount, stays**2, **case)


@three_rungs.mistake("The acquisition cost is missing from every row.")
def rungs_without_cac(**case):
    return rungs(*per_visit(**case), **{**case, "cac": 0})


three_rungs.hint(
    "`worksheet.correction_ladder` returns these rungs and three more. Its `horizon` and `revenue_per_year` (take "
    "revenue_1) change only the last two."
)
three_rungs.hint(
    'ladder.loc[["margin", "discounting", "retention"], ["value"]].reset_index() keeps three rows and names them.'
)


@exercise.text(
    level=3,
    at_least=40,
    rubric={
        "says that a price per member is no lifetime value: it buys the whole firm, debts and losses too": 1,
        "names two reasons why the worksheet is too high (sales for profit, nobody leaves, no discounting)": 1,
        "names one reason why 56 RMB may be too low (a distressed sale, members long inactive)": 1,
        "says which of the firm's own figures would settle it": 1,
    },
    half=[
        "says only that the two numbers measure different things",
        "names one such reason",
        "says that 56 may be too low, for a reason that would hold for any firm",
        "asks for the firm's data, and does not say which figure",
    ],
)
def what_is_a_member_worth():
    """Suning bought Redbaby in 2012 for about 418 million RMB (commonly reported). Spread over 7.5 million registered
    members that is about 56 RMB each; the worksheet says 260,775. Your manager asks: "So what is a member worth?" Say
    what is wrong with each number, and which of the firm's own figures would settle it. Answer in three to five
    sentences."""
    return (
        "Neither number is the value of a member. The worksheet counts 65 years of sales, not profit, for a "
        "customer who never leaves, and takes money of 2077 for money of today; with the margin, the retention and "
        "the yearly revenue of the talk's own table three years are worth about 358 RMB. The 56 RMB is a price for "
        "the whole firm, debts and losses included, spread over everyone who ever registered, most of whom may no "
        "longer buy, and the seller may have had to sell. I would ask how many members bought in the last year, what "
        "margin they earned us, and how many of them had bought the year before: with these three figures we can "
        "compute the value of an active member ourselves."
    )


# What the lesson asks in between


@exercise.turn.number(unit="RMB", within=0.5)
def paid_a_year():
    """12 visits a year, 1.52 purchases at each, 220 RMB a purchase: what does she pay in a year, in RMB?"""
    return 12 * 1.52 * 220


@paid_a_year.mistake("That is a month. The worksheet has twelve visits a year.")
def paid_a_month():
    return 1.52 * 220


@paid_a_year.mistake("You counted one purchase a visit. She makes 1.52.")
def one_purchase_a_visit():
    return 12 * 220


@paid_a_year.mistake("Those are her purchases in a year. What does she pay for them?")
def purchases_a_year():
    return 12 * 1.52


@paid_a_year.mistake("That is what she pays in her whole life. Take one year of the 65.")
def paid_in_a_life():
    return 780 * 1.52 * 220


@paid_a_year.mistake("The 57 RMB are no payment of hers, and they come once. Begin with what she pays at a visit.")
def after_the_57():
    return (780 * 1.52 * 220 - 57) / 65


paid_a_year.hint("What does she pay at one visit?")
paid_a_year.hint("1.52 purchases of 220 RMB. How many such visits are in a year?")


@exercise.turn.number(unit="as a fraction", within=0.004)
def stay_each_year():
    """Revenue per customer won falls from 2,444 RMB in year 1 to 1,399 in year 3. All of that is customers leaving, at
    the same rate each year. What share stays each year?"""
    return (1399 / 2444) ** 0.5


@stay_each_year.mistake("That share is left after two years. What share must stay each year, so that two make it?")
def after_two_years():
    return 1399 / 2444


@stay_each_year.mistake("You halved the loss. Losses do not add up: the second year loses from those who stayed.")
def loss_halved():
    return 1 - (1 - 1399 / 2444) / 2


@stay_each_year.mistake("That is the share that leaves each year. The question is which share stays.")
def leaves_each_year():
    return 1 - (1399 / 2444) ** 0.5


@stay_each_year.mistake("From year 1 to year 3 she decides twice, not three times: take the square root.")
def three_years():
    return (1399 / 2444) ** (1 / 3)


@stay_each_year.mistake(
    "That is the step from year 1 to year 2 alone. Find one rate which, taken twice, leads from year 1 to year 3."
)
def first_step():
    return 2001 / 2444


@stay_each_year.mistake(
    "That is the step from year 2 to year 3 alone. Find one rate which, taken twice, leads from year 1 to year 3."
)
def second_step():
    return 1399 / 2001


stay_each_year.hint("What share is left of year 1's revenue in year 3? How many years lie between?")
stay_each_year.hint("57.2 %, after two years. Which number, times itself, makes 0.572?")


@exercise.turn.number(unit="as a fraction", within=0.003)
def half_kept():
    """A visit a month for 65 years, 10 % a year, each visit at the start of its month: what is the first yearly
    retention rate on the slider at which the rung "Some leave" keeps half of the rung above?"""
    kept, rate = np.arange(400, 1001) / 1000, 1.10 ** (1 / 12) - 1
    worth = value.clv(1, kept ** (1 / 12), rate, periods=780, timing="start")
    return kept[worth >= value.clv(1, 1, rate, periods=780, timing="start") / 2].min()


@half_kept.mistake("Half of the worth is not half of the customers: at 50 % she loses half *every year*. Go far up.")
def half_of_the_customers():
    return 0.50


@half_kept.mistake("That is where the slider starts. There the rung keeps a quarter.")
def where_it_starts():
    return 0.757


@half_kept.mistake("You doubled the share that the rung keeps at its start. Move the slider until the bar says 50 %.")
def twice_a_quarter():
    return 2 * 0.258


@half_kept.mistake("At 90 % the rung keeps 48 %. You are nearly there: a little more.")
def a_little_below():
    return 0.90


@half_kept.mistake("Half way up the slider is not half of the bar: the bar grows slowly at first, then fast.")
def half_way_up():
    return (0.757 + 1) / 2


half_kept.hint('The bar beside "Some leave" must reach 50 %. Which slider moves it?')
half_kept.hint("At 90 % the rung keeps 48 %. A little more.")


@exercise.turn.number(unit="as a fraction", within=0.002)
def margin_needed():
    """At the table's revenue (per active) and a margin rate of 9.27 % three years bring 414.99 RMB before the cost of
    winning her.
    At which margin rate do they bring 900 RMB?"""
    return 542 / 5844 * 900 / 414.99


@margin_needed.mistake("That is how many times today's margin rate it must be. Multiply today's 9.27 % by it.")
def times_as_much():
    return 900 / 414.99


@margin_needed.mistake("Those are the points more. Give the whole rate.")
def points_more():
    return 542 / 5844 * (900 / 414.99 - 1)


@margin_needed.mistake("The 900 RMB take the place of the 57: nothing is paid on top of them.")
def with_the_57():
    return 542 / 5844 * 957 / 414.99


@margin_needed.mistake("681.38 RMB rest on the worksheet's 4,012.8 RMB a year. The table's 2,444 bring 414.99.")
def by_the_slide():
    return 542 / 5844 * 900 / 681.38


@margin_needed.mistake(
    "470.07 RMB is the reading per won. Start from the reading per active: three years bring 414.99."
)
def by_the_other_reading():
    return 542 / 5844 * 900 / 470.07


@margin_needed.mistake("You turned the fraction round: a higher price needs a higher margin.")
def turned_round():
    return 542 / 5844 * 414.99 / 900


margin_needed.hint("What she brings grows in proportion to the margin rate. How many times 414.99 is 900?")
margin_needed.hint("2.17 times. What is 2.17 times 9.27 %?")
