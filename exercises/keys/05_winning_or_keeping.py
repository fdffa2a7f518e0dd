"""Exercise 5, winning or keeping: the next customer's cost, the best spend, and who is worth keeping."""

import numpy as np
import pandas as pd

from clvlib import acquisition, value
from clvlib.course import Exercise

exercise = Exercise("05_winning_or_keeping", title="Winning or keeping", minutes=30, uses=["acquisition", "value"])


@exercise.case
def firm(rng):
    """Another shop: its campaigns, its catalogue, four customers, and a coupon."""
    first_won = int(rng.integers(8, 16) * 100)
    second_won = int(first_won * rng.uniform(0.45, 0.65))
    first_cost = int(first_won * rng.uniform(60, 80) / 1000) * 1000
    next_cost = first_cost / second_won
    cost_percent = int(rng.integers(54, 62))
    marketing = int(rng.integers(6, 15))
    cac = int(rng.integers(80, 120))
    orders = {
        "Ming": [int(rng.integers(330, 400))] * 3,
        "Fang": [int(rng.integers(900, 1500))],
        "Hua": [int(rng.integers(40, 90))] * 3,
        "Jun": [int(rng.integers(110, 160))],
    }
    unasked_percent = int(rng.integers(40, 56))
    control = int(rng.integers(30, 60)) * 1000
    return dict(
        first_cost=first_cost,
        first_won=first_won,
        second_won=second_won,
        customer_worth=int((next_cost + (first_cost * 2) / (first_won + second_won)) / 2),
        catalogue=int(rng.integers(8, 15)),
        kept_percent=unasked_percent + int(rng.integers(6, 14)),
        unasked_percent=unasked_percent,
        cost_percent=cost_percent,
        marketing=marketing,
        cac=cac,
        rate=float(rng.choice([0.08, 0.09, 0.12])),
        orders={name: orders[name] for name in rng.permutation(list(orders)).tolist()},
        worth=int(rng.integers(60, 85)),
        pilot_spend=int(rng.integers(8, 13)),
        pilot_percent=int(rng.integers(18, 25)),
        ceiling_percent=int(rng.integers(36, 46)),
        coupon_cost=int(rng.integers(12, 18)) * 1000,
        coupon_margin=control + int(rng.integers(20, 45)) * 1000,
        control_margin=control,
    )


@exercise.textbook
def south():
    return dict(
        first_cost=100_000,
        first_won=1000,
        second_won=500,
        customer_worth=157,
        catalogue=10,
        kept_percent=60,
        unasked_percent=50,
        cost_percent=60,
        marketing=10,
        cac=100,
        rate=0.10,
        orders={"Ming": [350, 350, 350], "Fang": [1100], "Hua": [70, 70, 70], "Jun": [140]},
        worth=80,
        pilot_spend=10,
        pilot_percent=20,
        ceiling_percent=40,
        coupon_cost=32_000,
        coupon_margin=184_000,
        control_margin=81_000,
    )


@exercise.table(points=2, level=1, within=0.05)
def next_customers(first_cost, first_won, second_won, customer_worth):
    """A campaign of {first_cost:,} RMB wins {first_won:,} customers. A second one of the same size, on the same
    households, wins {second_won:,} more. A customer is worth {customer_worth} RMB before the cost of winning her. Build
    a DataFrame with the columns `campaign` ("first", "second"), `cost` (of a customer won in it, RMB) and `profit` (of
    the campaign, RMB)."""
    won = pd.Series([first_won, second_won])
    profit = won * customer_worth - first_cost
    return pd.DataFrame({"campaign": ["first", "second"], "cost": first_cost / won, "profit": profit})


def two_campaigns(cost, profit):
    """A table in the form of question 1."""
    return pd.DataFrame({"campaign": ["first", "second"], "cost": cost, "profit": profit})


@next_customers.mistake(
    "Your second row is the average of both campaigns. It hides what the second one costs: count its own money and "
    "customers only."
)
def averaged_over_both(first_cost, first_won, second_won, customer_worth):
    both = first_won + second_won
    cost = [first_cost / first_won, 2 * first_cost / both]
    return two_campaigns(cost, [first_won * customer_worth - first_cost, both * customer_worth - 2 * first_cost])


@next_customers.mistake("The profits are right. The cost in your second row is the average of both campaigns.")
def average_cost_beside_right_profit(first_cost, first_won, second_won, customer_worth):
    cost = [first_cost / first_won, 2 * first_cost / (first_won + second_won)]
    return two_campaigns(cost, [n * customer_worth - first_cost for n in (first_won, second_won)])


@next_customers.mistake("That profit is what customers are worth. What the campaign cost comes off.")
def campaign_for_free(first_cost, first_won, second_won, customer_worth):
    won = [first_won, second_won]
    return two_campaigns([first_cost / n for n in won], [n * customer_worth for n in won])


@next_customers.mistake("The profit is right for one customer. The question asks for the campaign: all its customers.")
def profit_of_one(first_cost, first_won, second_won, customer_worth):
    cost = [first_cost / n for n in (first_won, second_won)]
    return two_campaigns(cost, [customer_worth - each for each in cost])


next_customers.hint("What did the second campaign cost, and how many customers came because of it?")
next_customers.hint("cost: first_cost / customers of that row. profit: customers * customer_worth - first_cost.")


@exercise.number(points=2, level=1, unit="RMB for each customer kept", within=0.02)
def cost_of_keeping(catalogue, kept_percent, unasked_percent):
    """Every customer gets a catalogue for {catalogue} RMB, and {kept_percent} % buy again. Of those left without one,
    drawn by lot, {unasked_percent} % buy again. What does the catalogue cost for each customer who is kept *because of
    it*?"""
    return catalogue / ((kept_percent - unasked_percent) / 100)


@cost_of_keeping.mistake(
    "That credits the catalogue with everybody who bought again. Those who would have come unasked are not its work."
)
def credited_with_all(catalogue, kept_percent):
    return catalogue / (kept_percent / 100)


@cost_of_keeping.mistake("You divided by those who come unasked. Divide by those whom the catalogue adds.")
def divided_by_unasked(catalogue, unasked_percent):
    return catalogue / (unasked_percent / 100)


@cost_of_keeping.mistake("You left the percent as whole numbers: 10 % is 0.10. Your cost is 100 times too small.")
def percent_as_whole(catalogue, kept_percent, unasked_percent):
    return catalogue / (kept_percent - unasked_percent)


cost_of_keeping.hint("Of 100 customers with a catalogue, how many more buy again than of 100 without?")
cost_of_keeping.hint("100 catalogues, divided by that number of customers.")


@exercise.table(points=3, level=2, within=0.05)
def four_customers(orders, cost_percent, marketing, cac, rate):
    """The dict `orders` holds four customers and what each of them paid, a year at a time. Variable costs are
    {cost_percent} % of it, marketing {marketing} RMB in each of these years, winning cost {cac} RMB each; {rate:.0%} a
    year, the first year now. Build a DataFrame with the columns `customer` (in this order), `profit` (worth today,
    after all costs) and `type`: "true friend" (more than one year, profit above 0), "butterfly" (one year, above 0),
    "barnacle" (more than one year, not above 0) or "stranger" (one year, not above 0)."""
    rows = []
    for name, paid in orders.items():
        margins = [(1 - cost_percent / 100) * each - marketing for each in paid]
        profit = value.present_value(margins, rate, timing="start") - cac
        if len(paid) > 1:
            kind = "true friend" if profit > 0 else "barnacle"
        else:
            kind = "butterfly" if profit > 0 else "stranger"
        rows.append({"customer": name, "profit": profit, "type": kind})
    return pd.DataFrame(rows)


@four_customers.mistake("Butterfly and barnacle are the wrong way round: the barnacle is the one that stays.")
def swapped(**case):
    table = four_customers.answer(case)
    other = {"butterfly": "barnacle", "barnacle": "butterfly"}
    return table.assign(type=[other.get(kind, kind) for kind in table["type"]])


@four_customers.mistake(
    "You went by the years alone. Whoever stays and loses money is no true friend; look at the profit."
)
def loyalty_is_profit(**case):
    years = [len(paid) for paid in case["orders"].values()]
    return four_customers.answer(case).assign(type=["true friend" if n > 1 else "stranger" for n in years])


@four_customers.mistake("The cost of winning is missing, so that nobody here seems to lose money.")
def won_for_nothing(**case):
    return four_customers.answer({**case, "cac": 0})


@four_customers.mistake("You counted what they paid. The variable costs come off first.")
def counted_what_they_paid(**case):
    return four_customers.answer({**case, "cost_percent": 0})


@four_customers.mistake("The later years are not discounted.")
def later_is_now(**case):
    return four_customers.answer({**case, "rate": 0.0})


four_customers.hint("For each customer: the margin of each year, its present value, less the cost of winning.")
four_customers.hint(
    '`value.present_value([...], rate, timing="start") - cac`; then two questions: how long, and above 0?'
)


@exercise.number(points=3, level=3, unit="RMB a household", within=0.05)
def best_spend(worth, pilot_spend, pilot_percent, ceiling_percent):
    """A shop may send slips to households. {pilot_spend} RMB a household won {pilot_percent} %; at most
    {ceiling_percent} % can be won, however much is spent. A customer won is worth {worth} RMB before the cost of
    winning. Which spend per household would you choose, if you want the most profit?"""
    ceiling = ceiling_percent / 100
    k = acquisition.response_rate(spend=pilot_spend, rate=pilot_percent / 100, ceiling=ceiling)
    return acquisition.optimal_spend(margin=worth, ceiling=ceiling, k=k)["spend"]


def curve(pilot_spend, pilot_percent, ceiling_percent):
    """Ceiling and k of the slips."""
    ceiling = ceiling_percent / 100
    return ceiling, acquisition.response_rate(pilot_spend, pilot_percent / 100, ceiling)


@best_spend.mistake(
    "Among whole RMB, 1 has the highest ratio of value to cost, and almost no profit. A ratio is best where almost "
    "nothing is spent. Look for the most profit."
)
def highest_ratio():
    return 1.0


@best_spend.mistake(
    "There the profit is zero: the last RMB brought far less than itself. Stop where the next RMB brings just one RMB."
)
def until_nothing_is_left(worth, pilot_spend, pilot_percent, ceiling_percent):
    ceiling, k = curve(pilot_spend, pilot_percent, ceiling_percent)
    spent = float(worth)
    for _ in range(200):
        spent = worth * acquisition.response(spent, ceiling, k)
    return spent


@best_spend.mistake("That is the cost per customer won. The question asks for the spend per household called on.")
def per_customer_won(worth, pilot_spend, pilot_percent, ceiling_percent):
    best = acquisition.optimal_spend(worth, *curve(pilot_spend, pilot_percent, ceiling_percent))
    return best["spend"] / best["rate"]


@best_spend.mistake("You left the ceiling out: as if every household could be won with enough money.")
def no_ceiling(worth, pilot_spend, pilot_percent, ceiling_percent):
    _, k = curve(pilot_spend, pilot_percent, ceiling_percent)
    return acquisition.optimal_spend(worth, 1.0, k)["spend"]


best_spend.hint("Profit per household: worth times the share won, less the spend. Try 5, 10, 15 RMB.")
best_spend.hint("`acquisition.response_rate` gives k from the pilot; `acquisition.optimal_spend` the best spend.")


@exercise.number(points=2, level=2, unit="as a fraction: 2.0 is 200 %", within=0.002)
def coupon_return(coupon_cost, coupon_margin, control_margin):
    """Half of the lost customers, drawn by lot, got a coupon; that cost {coupon_cost:,} RMB. They brought a margin of
    {coupon_margin:,} RMB, before this cost. The other half, as many, got nothing and brought {control_margin:,} RMB.
    What is the return on investment of what the coupon *added*?"""
    return value.roi(gain=coupon_margin - control_margin, cost=coupon_cost)


@coupon_return.mistake(
    "You counted all who came back. Those without a coupon show what would have come anyway: take it off."
)
def counted_all(coupon_cost, coupon_margin):
    return value.roi(gain=coupon_margin, cost=coupon_cost)


@coupon_return.mistake("That is what came back for 1 RMB. A return counts what is left after the cost is back: 1 less.")
def came_back(coupon_cost, coupon_margin, control_margin):
    return (coupon_margin - control_margin) / coupon_cost


@coupon_return.mistake("That is the gain in RMB. A return is per RMB spent: divide by the cost.")
def gain_of_the_coupon(coupon_cost, coupon_margin, control_margin):
    return coupon_margin - control_margin - coupon_cost


@coupon_return.mistake("That is by how much the coupon lifts the margin. A return compares with what the coupons cost.")
def lift_of_the_margin(coupon_margin, control_margin):
    return coupon_margin / control_margin - 1


@coupon_return.mistake("That is in percent. Write a fraction: 2.0 is 200 %.")
def percent_for_fraction(coupon_cost, coupon_margin, control_margin):
    return 100 * value.roi(gain=coupon_margin - control_margin, cost=coupon_cost)


coupon_return.hint("What would the half with a coupon have brought without it?")
coupon_return.hint("`value.roi(gain=..., cost=...)`, with the margin that was added as the gain.")


@exercise.choice(
    points=2,
    level=3,
    options={
        "first": "spend at the higher amount at once, for all",
        "never": "stay at the lower amount, for good",
        "test": "try the higher amount on a part, drawn by lot, and choose by the break-even",
        "ratio": "choose the amount with the higher ratio of worth to cost",
    },
    wrong={
        "first": "If we are unlucky, that loses at every household. A part, drawn by lot, shows it for less.",
        "never": "If more can be won than we think, that gives up the gain for good, and nobody will ever know.",
        "ratio": "A ratio is highest where almost nothing is spent: it always says the lower amount.",
    },
)
def under_uncertainty():
    """Nobody knows how many households can be won at most. If it is 40 %, a higher spend loses 4 RMB a household; if it
    is 60 %, it gains 1 RMB. Both seem as likely. The campaign comes again every spring. What do you do this spring?"""
    # 0.5 * -4 + 0.5 * 1 is a loss today, but spring comes again: a part, drawn by lot, says cheaply which world it is
    return "test"


under_uncertainty.hint("What does each choice cost if you are wrong, and for how long?")
under_uncertainty.hint("Which one lets you choose better next spring?")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that the five (or six) times is a ratio of averages and does not tell what the next RMB brings": 1,
        "says that some customers would have stayed unasked, so that keeping is dearer than it looks": 1,
        "says that the returns of keeping fall, too: far more than 10 RMB a customer keep hardly anybody more": 1,
        "decides about next spring's budget, with a reason in RMB": 1,
        "names a measurement that would settle it (customers left without a catalogue, some households at 40 RMB)": 1,
    },
    half=[
        "says that the ratio misleads, and not that it is one of averages",
        "says that the 16.67 is too low, and not that some stay unasked",
        "says that more money keeps fewer and fewer, without a size",
        "decides, with a reason without RMB",
        "asks for a test, and does not say who is left out of what",
    ],
)
def answer_the_director():
    """The finance director of the lesson's shop writes: "Winning a customer costs us 100 RMB, keeping one 16.67. Let
    us stop the calls and put all 110,000 RMB into keeping the 1,000 customers whom we have." Answer in four to six
    sentences: what is right, what is wrong, and what should the shop do?"""
    return (
        "Both figures are right, and neither tells us where the next RMB belongs. The 16.67 credit the catalogue with "
        "everybody who came back; if half of our customers come back unasked, 10 RMB keep one more in ten, and each of "
        "these costs 100 RMB, as much as a new customer. By our curves the next RMB brings 1.09 in winning and 1.10 in "
        "keeping, and the last of 110 RMB for each customer would bring next to nothing, because at most 74 % can be "
        "kept. Stopping the calls gives up 1,000 customers worth 157 RMB each, 57,273 RMB after their cost. I would "
        "keep last year's split, leave two hundred customers without a catalogue, call one thousand households at 30 "
        "and one thousand at 40 RMB, and decide next year on what these groups show."
    )


@exercise.turn.number(unit="RMB", within=0.5)
def cost_of_the_next():
    """Of 5,000 households 20 RMB each win 20 %, and 40 RMB each win 30 %. What does each customer cost whom the
    *second* 20 RMB win?"""
    return 5000 * 20 / (5000 * (0.30 - 0.20))


@cost_of_the_next.mistake("That is the average of all 1,500. Count only the second 100,000 RMB and whom they add.")
def average_of_all():
    return 200_000 / 1500


@cost_of_the_next.mistake("That was the first 100,000 RMB. The second wins fewer.")
def as_the_first():
    return 100


@cost_of_the_next.mistake("You counted the money of both, and the customers of the second only.")
def money_of_both():
    return 400


@cost_of_the_next.mistake("You divided the second 100,000 by everybody who was won. Most of them were there already.")
def by_everybody():
    return 100_000 / 1500


cost_of_the_next.hint("How many customers are there at 20 RMB, and how many at 40?")
cost_of_the_next.hint("1,000 and 1,500. Divide 100,000 RMB by the difference.")


@exercise.turn.number(unit="RMB", within=0.5)
def worth_kept():
    """Who buys again next year earns 90 RMB then, and with 70 % chance 110 RMB the year after. What is she worth today,
    at 10 % a year?"""
    return (90 + 0.70 * 110 / 1.10) / 1.10


@worth_kept.mistake(
    "That is her worth a year from now, when she buys again. The budget is spent today: discount once more."
)
def a_year_from_now():
    return 90 + 0.70 * 110 / 1.10


@worth_kept.mistake("That is a customer *won*: she brings her first year as well. Who is kept has had it.")
def worth_of_one_won():
    return 70 + 54 / 1.10 + 46.2 / 1.10**2


@worth_kept.mistake("Not everybody stays for the third year: only 70 % of them.")
def all_stay():
    return (90 + 110 / 1.10) / 1.10


@worth_kept.mistake("The 90 wait one year, the 110 wait two. You discounted both by one year.")
def both_by_one_year():
    return (90 + 0.70 * 110) / 1.10


@worth_kept.mistake("The 60 % say how many are kept. The question is what one is worth who *is* kept.")
def not_kept_yet():
    return 0.60 * (90 + 0.70 * 110 / 1.10) / 1.10


@worth_kept.mistake("You did not discount. Her money comes in one year and in two.")
def kept_undiscounted():
    return 90 + 0.70 * 110


worth_kept.hint("In how many years does the 90 come, and in how many the 110?")
worth_kept.hint("90 / 1.10 and 0.70 * 110 / 1.10 / 1.10, added up.")


@exercise.turn.number(unit="RMB", within=1.01)
def just_comes_back():
    """At which worth of a customer won does the next RMB just come back in winning, at 20 RMB a household? (20 RMB win
    20 %, at most 40 % can be won.)"""
    k = acquisition.response_rate(spend=20, rate=0.20, ceiling=0.40)
    return 1 / (k * (0.40 - 0.20))


@just_comes_back.mistake("100 RMB is what a customer won costs on *average*. The next one costs more.")
def average_for_next():
    return 100


@just_comes_back.mistake("70 RMB is what she earns us in her first year alone. There the next RMB brings 0.49.")
def one_year_only():
    return 70


@just_comes_back.mistake("That is where you start: there the next RMB brings 1.09. Lower it.")
def where_it_starts():
    return 157


just_comes_back.hint("Move the slider of the worth down and read the title.")
just_comes_back.hint("At 150 the next RMB still brings more than itself, at 140 less.")


@exercise.turn.number(unit="customers", within=0.5)
def enough_won():
    """At 20 RMB a household earns 157.27 times 20 %, less 20 RMB. How many of 1,000 must be won at 40 RMB, so that a
    household earns at least as much?"""
    return np.ceil(1000 * (157.27 * 0.20 - 20 + 40) / 157.27)


@enough_won.mistake(
    "With that many the 40 RMB come back. But at 20 RMB a household earns us 11.45 RMB: that is the bar."
)
def money_back():
    return np.ceil(1000 * 40 / 157.27)


@enough_won.mistake("That is what our own curve expects at 40 RMB. How many are *needed*?")
def by_our_curve():
    return 300


@enough_won.mistake("Twice the spend need not win twice as many: what must come in besides is 20 RMB a household.")
def twice_as_many():
    return 400


@enough_won.mistake("That is a share. How many customers of the 1,000 households are that?")
def share_for_customers():
    return (157.27 * 0.20 - 20 + 40) / 157.27


@enough_won.mistake("With 327 it falls short by a hair: round up.")
def rounded_down():
    return 327


enough_won.hint("What does a household earn us at 20 RMB? What must it bring at 40 RMB to leave as much over?")
enough_won.hint("11.45 + 40 = 51.45 RMB a household, and a customer brings 157.27.")
