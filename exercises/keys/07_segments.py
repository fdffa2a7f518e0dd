"""Exercise 7, segments: where a cut lies, what it does to equals, and what it hides."""

import numpy as np
import pandas as pd

from clvlib import segments
from clvlib.course import Exercise, load

exercise = Exercise("07_segments", title="Segments", minutes=35, uses=["segments"])


@exercise.case
def shop(rng):
    """A card holder on one side of the matrix, ten customers of whom four ordered once, and tiers with ties."""
    frequency_cut = int(rng.choice([12, 18, 24, 30]))
    spend_cut = int(rng.choice([12_000, 15_000, 20_000]))
    rare = bool(rng.integers(2))
    size = int(rng.integers(8, 25) * 100)
    clear = int(size * rng.uniform(0.12, 0.16))
    balance = int(rng.integers(5, 16) * 1000)
    return dict(
        frequency_cut=frequency_cut,
        spend_cut=spend_cut,
        payments=int(frequency_cut * (0.5 if rare else 1.5)),
        spend=int(spend_cut * (1.6 if rare else 0.6)),
        size=size,
        clear=clear,
        tied=int(0.2 * size) - clear + int(size * rng.uniform(0.03, 0.09)),
        complaint_percent=int(rng.choice([2, 3, 4, 6])),
        days_since=[int(day) for day in rng.choice(np.arange(2, 400), 10, replace=False)],
        orders=[int(count) for count in rng.permutation([1, 1, 1, 1, *rng.choice(np.arange(2, 30), 6, replace=False)])],
        spent=[int(rmb) for rmb in rng.choice(np.arange(60, 5000), 10, replace=False)],
        fee_percent=0.5,
        card_spend=balance * int(rng.integers(2, 4)),
        balance=balance,
        margin_percent=int(rng.integers(10, 19)),
        lost_percent=int(rng.choice([60, 70, 80])),
    )


@exercise.textbook
def redbaby_card():
    return dict(
        frequency_cut=24,
        spend_cut=18_000,
        payments=10,
        spend=42_000,
        size=3000,
        clear=480,
        tied=210,
        complaint_percent=3,
        days_since=[12, 200, 45, 380, 90, 7, 150, 300, 30, 260],
        orders=[9, 1, 6, 1, 3, 14, 1, 2, 5, 1],
        spent=[4200, 640, 900, 310, 1500, 2600, 480, 820, 3100, 250],
        fee_percent=0.5,
        card_spend=40_000,
        balance=10_000,
        margin_percent=15,
        lost_percent=75,
    )


@exercise.choice(
    points=1,
    level=1,
    options={
        "frequent and high": "Q1",
        "frequent and low": "Q2",
        "rare and low": "Q3",
        "rare and high": "Q4",
    },
    wrong={
        "frequent and high": "Q1 needs both: payments and spend at their cuts or above. She reaches one of the two.",
        "rare and low": "Q3 is below both cuts. She lies above one of them.",
    },
)
def which_quadrant(payments, spend, frequency_cut, spend_cut):
    """A holder of the card made {payments} payments last year and spent {spend:,} RMB. The cuts lie at {frequency_cut}
    payments and {spend_cut:,} RMB. Where does she stand in the matrix of frequency against spend?"""
    often = "frequent" if payments >= frequency_cut else "rare"
    much = "high" if spend >= spend_cut else "low"
    return f"{often} and {much}"


@which_quadrant.mistake(
    "You swapped Q2 and Q4. Take one axis at a time: is she frequent? Is her spend high? A bonus meant for one of "
    "these corners and a warning meant for the other would change places."
)
def swapped(payments, frequency_cut):
    return "frequent and low" if payments < frequency_cut else "rare and high"


which_quadrant.hint("Compare the payments with their cut: frequent or rare? Then the spend with its own: high or low?")


@exercise.number(points=1, level=1, unit="customers", within=0)
def gold_only(size):
    """A shop has {size:,} customers. Diamond is the top 5 % by spend; gold reaches down to the top 20 %, and a diamond
    does not count as gold. How many customers are gold, if no two spent the same?"""
    return round(0.20 * size) - round(0.05 * size)


@gold_only.mistake("That is the whole top 20 %, the diamonds among them. Here they do not count as gold.")
def inclusive(size):
    return round(0.20 * size)


@gold_only.mistake("Those are the diamonds.")
def diamonds(size):
    return round(0.05 * size)


@gold_only.mistake("You took 20 % of those left after the diamonds. Both shares are counted of all customers.")
def of_the_rest(size):
    return round(0.20 * (size - round(0.05 * size)))


@gold_only.mistake("You put 20 % below the diamonds. Gold reaches down to the top 20 %, the diamonds' 5 % included.")
def added_up(size):
    return round(0.20 * size) + round(0.05 * size)


gold_only.hint("How many are in the top 20 %? How many of these are diamonds?")
gold_only.hint('`segments.value_tiers(range(1, n + 1), gold_is="next")["gold"].sum()` counts them for n customers.')


@exercise.number(points=2, level=2, unit="orders", within=0)
def orders_needed(complaint_percent):
    """A shop tags a customer "diamond VIP" if she spends much and her complaints stay under {complaint_percent} %. It
    counts complaints per order. What is the smallest number of orders with which she may complain once and keep the
    tag? Orders are whole."""
    return 100 // complaint_percent + 1


@orders_needed.mistake(
    "With that many orders, one complaint is not yet under the limit. Work the share out and compare."
)
def one_too_few(complaint_percent):
    return 100 // complaint_percent


@orders_needed.mistake("With a hundred orders she could complain more than once. When is a single one under the limit?")
def a_hundred():
    return 100


@orders_needed.mistake("That is the limit itself, in per cent. How many orders make one complaint a share below it?")
def the_limit(complaint_percent):
    return complaint_percent


orders_needed.hint("One complaint in n orders is a share of 1 / n. For which n is that below the limit?")


@exercise.table(points=3, level=2, within=0)
def scores(days_since, orders, spent):
    """Ten customers: `days_since` holds the days since the last order of each, `orders` how many she made, `spent` what
    she paid in RMB. Build a DataFrame with the columns `R`, `F` and `M`, one row a customer in this order, scored from
    1 (worst) to 5 (best) by fifths. Customers who are equal get the same score, that of the lowest of them.
    `segments.rfm_scores` takes a DataFrame with the columns `recency`, `frequency` and `monetary`."""
    customers = pd.DataFrame({"recency": days_since, "frequency": orders, "monetary": spent})
    return segments.rfm_scores(customers, recency_is="days_since")[["R", "F", "M"]]


@scores.mistake(
    "R is turned round: whoever ordered longest ago has your best score. Days since the last order are best when few."
)
def recency_reversed(days_since, orders, spent):
    customers = pd.DataFrame({"recency": days_since, "frequency": orders, "monetary": spent})
    return segments.rfm_scores(customers, recency_is="last_day")[["R", "F", "M"]]


@scores.mistake("Your scale runs the other way: 5 is best and 1 is worst.")
def one_is_best(days_since, orders, spent):
    return 6 - scores.reference(days_since, orders, spent)


@scores.mistake(
    "F parts customers who ordered equally often, by their place in the list. Equal customers get equal scores."
)
def ties_by_row(days_since, orders, spent):
    by_row = np.ceil(pd.Series(orders).rank(method="first") / 2).astype(int)
    return scores.reference(days_since, orders, spent).assign(F=by_row)


@scores.mistake("M and F have changed places: F counts orders, M adds up money.")
def money_for_frequency(days_since, orders, spent):
    return scores.reference(days_since, spent, orders)


scores.hint("Who is better, the customer who ordered 7 days ago or the one who ordered 380 days ago?")
scores.hint(
    'segments.rfm_scores(pd.DataFrame({"recency": ..., "frequency": ..., "monetary": ...}))[["R", "F", "M"]], with '
    "days since as recency."
)


@exercise.number(points=2, level=2, unit="customers", within=0)
def gold_with_ties(size, clear, tied):
    """A shop gives gold to the top 20 % of its {size:,} customers by number of orders. {clear} customers made five
    orders or more; another {tied} made exactly four. The shop's rule says that equal customers all come in. How many
    are gold?"""
    return clear + tied


@gold_with_ties.mistake(
    "That is 20 % on the dot, so some with four orders are in and others, just like them, are out. By what? The rule "
    "takes equals in together."
)
def exactly_a_fifth(size):
    return round(0.20 * size)


@gold_with_ties.mistake("You left all the equal ones out. That is a rule, too, but not this shop's.")
def ties_out(clear):
    return clear


@gold_with_ties.mistake("You took the equal ones in on top of a full fifth. Some of them fill that fifth.")
def on_top(size, tied):
    return round(0.20 * size) + tied


gold_with_ties.hint("Where does the cut fall: among those with five orders or more, or among those with four?")
gold_with_ties.hint("All with four orders stand at the cut. With them in, how many are there from the top?")


@exercise.function(
    points=3,
    level=2,
    within=0.0005,
    shown=[([50, 20, 10, 10, 10],), ([3, 9, 1, 1, 6, 2, 4, 1, 1, 2],)],
)
def top_fifth_share(sales):
    """Write a function `top_fifth_share` of a list with the sales to each customer. It returns the share of all sales
    that the best 20 % of the customers bring, as a fraction. The list is in any order; its length is a multiple of
    five."""
    best = sorted(sales, reverse=True)[: len(sales) // 5]
    return sum(best) / sum(sales)


@top_fifth_share.hidden_inputs
def other_shops(rng):
    return [([int(sales) for sales in rng.integers(1, 900, size=5 * shops)],) for shops in (1, 2, 3, 6)]


@top_fifth_share.mistake("The function takes the first fifth of the list as it stands. Sort it first, the best on top.")
def not_sorted(sales):
    return sum(sales[: len(sales) // 5]) / sum(sales)


@top_fifth_share.mistake("That is the share of the lowest fifth: the curve read from the wrong end.")
def lowest_fifth(sales):
    return sum(sorted(sales)[: len(sales) // 5]) / sum(sales)


@top_fifth_share.mistake(
    "That is what the lower 80 % bring, as a Lorenz curve shows it. The best fifth brings the rest."
)
def lower_four_fifths(sales):
    return sum(sorted(sales)[: len(sales) - len(sales) // 5]) / sum(sales)


@top_fifth_share.mistake("That is the sum in RMB. Divide it by all sales to have a share.")
def sum_not_share(sales):
    return sum(sorted(sales, reverse=True)[: len(sales) // 5])


top_fifth_share.hint("Sort, take the best fifth, add up, divide by the sum of all.")
top_fifth_share.hint("sorted(sales, reverse=True) has the best first; a fifth of them are len(sales) // 5.")


@exercise.number(points=2, level=2, unit="a fraction", within=0.0005)
def break_even_default(fee_percent, card_spend, balance, margin_percent, lost_percent):
    """The bank looks at holders who each spend {card_spend:,} RMB a year and carry a balance of {balance:,} RMB. It
    earns {fee_percent} % of the spend and {margin_percent} % of the balance, from those who default as well. A default
    loses {lost_percent} % of the balance. From which default rate on does the bank lose money on this group?"""
    earned = fee_percent / 100 * card_spend + margin_percent / 100 * balance
    return earned / (lost_percent / 100 * balance)


@break_even_default.mistake("The fee on the spend is missing: it, too, pays for defaults.")
def without_fee(margin_percent, lost_percent):
    return margin_percent / lost_percent


@break_even_default.mistake("You let a default lose the whole balance. Part of it comes back.")
def all_lost(fee_percent, card_spend, balance, margin_percent):
    return (fee_percent / 100 * card_spend + margin_percent / 100 * balance) / balance


@break_even_default.mistake("The fraction stands on its head: what is earned goes on top, what a default loses below.")
def upside_down(fee_percent, card_spend, balance, margin_percent, lost_percent):
    return lost_percent * balance / (fee_percent * card_spend + margin_percent * balance)


@break_even_default.mistake("The fee is earned on the spend, not on the balance.")
def fee_on_balance(fee_percent, margin_percent, lost_percent):
    return (fee_percent + margin_percent) / lost_percent


break_even_default.hint("What does a holder bring in a year? And what does one default lose?")
break_even_default.hint("At break-even, default rate times the loss of one default is what each holder brings.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that the cut itself lowers orders, so that cut against uncut cannot show who was weak": 1,
        "says that many were flagged by chance: a year below the last happens to customers who have not changed": 1,
        "asks for a comparison that would settle it: a random half of the flagged left uncut": 1,
        "holds the saving (36 RMB) against what may be lost (0.7 orders, 35 RMB), or asks to cut by value": 1,
        "decides, and says what would change the decision": 1,
    },
    half=[
        "says that the groups cannot be compared, and not that the cut itself is between them",
        "speaks of chance, and not of what it does to who has not changed",
        "asks for a comparison in which nobody is drawn by lot",
        "names the saving or the loss, not both",
        "decides without what would change it",
    ],
)
def extend_the_rule():
    """A year ago your shop cut the service of every customer of low value who had not bought more than in the year
    before: 40 RMB of service became 4. Now the report says: "Those we cut made 3.2 orders this year, the others 3.9.
    The rule has found the weak customers. We propose to extend it to half of the rest." An order earns us a margin of
    50 RMB. Write to your manager in four to six sentences: what does the report show, what would you do, and why?"""
    return (
        "The report compares customers whom we served badly with customers whom we served well, so the gap of 0.7 "
        "orders may be what the cut did and not what the rule found. About half of all customers have a year below "
        "the one before by chance, and without the cut they would have come back to their average: the rule flags bad "
        "luck. If the whole gap is the work of the cut, each of them lost us 35 RMB of margin to save 36, so there is "
        "nothing in it, and with a large customer it is a plain loss. I would not extend the rule. I would give a "
        "random half of the flagged customers their service back for a year and compare the two halves, and I would "
        "cut by what a customer brings rather than by whether she rose. If the half with service orders no more than "
        "the half without, I will sign the extension."
    )


@exercise.turn.number(unit="days", within=0)
def since_her_last():
    """On 30 June 2025 a customer's `T` is 546 days and her `recency`, as a summary for models counts it, is 0. How many
    days is her last order ago?"""
    return 546 - 0


@since_her_last.mistake("That is her recency in the summary: from her *first* order to her last. When was the first?")
def recency_of_the_summary():
    return 0


@since_her_last.mistake(
    "That is the other customer, 40005: 546 less 536. The question is about customer 40002, whose recency is 0."
)
def the_other_customer():
    return 546 - 536


@since_her_last.mistake(
    "That is the recency of customer 40005, from her first order to her last. The question is about customer 40002."
)
def recency_of_the_other():
    return 536


since_her_last.hint("T runs from her first order to today, recency from her first to her last. What lies between?")
since_her_last.hint("T less recency.")


@exercise.turn.number(unit="payments a year", within=0)
def q4_earns_from():
    """Spend is high from 18,000 RMB. What is the first cut for payments on the slider, from 12 up, at which the holders
    of Q4, rare and high, each bring the bank more than 20 RMB?"""
    holders = load("cards")
    holders["profit"] = 0.005 * holders["spend"] + (0.15 - 0.75 * holders["default"]) * holders["revolving"]
    high = holders[holders["spend"] >= 18_000]
    each = pd.Series({cut: high.loc[high["transactions"] < cut, "profit"].mean() for cut in range(12, 61)})
    return each[each > 20].index.min()


@q4_earns_from.mistake("24 is the plan's cut. Nothing happens there: each of Q4 costs the bank 608 RMB.")
def the_plans_cut():
    return 24


@q4_earns_from.mistake("Three payments a month, and each of Q4 still costs the bank 164 RMB. Go on.")
def three_a_month():
    return 36


@q4_earns_from.mistake("There the loss has just gone: 0 RMB each. Go on until each brings more than 20.")
def nothing_lost():
    return 44


@q4_earns_from.mistake("That is the end of the slider, 196 RMB each. Go back until it is no longer above 20.")
def end_of_the_slider():
    return 60


q4_earns_from.hint('Leave "Look at" on Q4 and move the cut for payments up. The sentence below says what each brought.')
q4_earns_from.hint("At 40 payments each still costs the bank 64 RMB. A few more.")


@exercise.turn.number(unit="as a fraction", within=0.004)
def card_earns_from():
    """A default loses 75 % of the balance. What is the first margin rate on the slider at which all holders of the card
    together bring the bank more than nothing?"""
    holders = load("cards")
    earned = 0.005 * holders["spend"].sum() - 0.75 * (holders["default"] * holders["revolving"]).sum()
    rates = pd.Series({rate: earned + rate / 100 * holders["revolving"].sum() for rate in range(5, 26)})
    return rates[rates > 0].index.min() / 100


@card_earns_from.mistake("At that rate the card still loses: holders who default carry far more than their share.")
def as_many_as_default():
    return 0.04


@card_earns_from.mistake("That is where the slider begins. The card as a whole loses 641,682 RMB there.")
def where_it_begins():
    return 0.05


@card_earns_from.mistake("Nearly: there the card as a whole still loses 67,346 RMB.")
def one_step_below():
    return 0.09


@card_earns_from.mistake("There it earns well. Go down until it earns nothing.")
def where_it_starts():
    return 0.15


card_earns_from.hint("Move the margin rate down from 15 %. The sentence says when the card as a whole loses.")
card_earns_from.hint("At 8 % it loses. Two steps up.")


@exercise.turn.number(unit="as a fraction", within=0.0005)
def break_even_default_rate():
    """A balance earns 15 % a year; a default loses 75 % of it. At which default rate does a band of holders earn
    nothing on its balances?"""
    return 0.15 / 0.75


@break_even_default_rate.mistake("Among these 15 in 100 default and lose 75 each: 11.25, and 15 came in. Go further.")
def the_margin_itself():
    return 0.15


@break_even_default_rate.mistake("You multiplied. Which rate, times 75 %, is the 15 % that come in?")
def multiplied():
    return 0.15 * 0.75


@break_even_default_rate.mistake("The fraction stands on its head: what comes in goes on top, what is lost below.")
def turned_round():
    return 0.75 / 0.15


@break_even_default_rate.mistake(
    "You let only those who pay back bring the 15 %. Here all do, as in the bank's profit above: 0.15 − 0.75 × default."
)
def earned_by_payers_only():
    return 0.15 / (0.75 + 0.15)


break_even_default_rate.hint("Of 100 RMB lent, 15 come in. How many defaults of 75 each eat that up?")
break_even_default_rate.hint("rate × 0.75 = 0.15.")


@exercise.turn.number(unit="RMB a year", within=0.5)
def adviser_pays_from():
    """An adviser costs 60 RMB a customer and year and adds 10 % to her margin. From which yearly margin on does that
    pay?"""
    return 60 / 0.10


@adviser_pays_from.mistake("Of 60 RMB margin, 10 % are 6. An adviser costs 60.")
def the_cost_itself():
    return 60


@adviser_pays_from.mistake("That is 10 % of the cost. Turn it round: 10 % of which margin are the cost?")
def a_tenth_of_the_cost():
    return 6


@adviser_pays_from.mistake("The 10 % come on top of her margin as it is: 10 % of it must be the 60.")
def of_the_new_margin():
    return 60 / 0.10 * 1.1


adviser_pays_from.hint("What does an adviser add to a margin of 300 RMB?")
adviser_pays_from.hint("margin × 0.10 = 60.")
