"""Exercise 4, the three-year table: build it, date its money, and ask what the next customer costs."""

import pandas as pd

from clvlib import acquisition, value, worksheet
from clvlib.course import Exercise

exercise = Exercise(
    "04_three_year_table", title="The three-year table", minutes=35, uses=["acquisition", "value", "worksheet"]
)


@exercise.case
def firm(rng):
    """Another shop's table, another campaign, four other customers."""
    revenue_1 = int(rng.integers(1800, 3000))
    revenue_2 = int(revenue_1 * rng.uniform(0.75, 0.90))
    revenue_3 = int(revenue_2 * rng.uniform(0.60, 0.75))
    revenue = [revenue_1, revenue_2, revenue_3]
    won = int(rng.integers(8, 25) * 100)
    left_2 = int(won * rng.uniform(0.55, 0.65))
    first_spend = int(rng.integers(18, 27) * 10)
    second_spend = int(first_spend * rng.uniform(1.15, 1.35))
    cost_percent = int(rng.integers(54, 62))
    marketing = int(rng.integers(6, 15))
    cac = int(((1 - cost_percent / 100) * first_spend - marketing) * rng.uniform(1.25, 1.55))
    orders = {
        "Ming": [int(rng.integers(300, 400))] * 3,
        "Fang": [int(rng.integers(900, 1500))],
        "Hua": [int(rng.integers(40, 90))] * 3,
        "Jun": [int(rng.integers(110, 160))],
    }
    return dict(
        revenue=revenue,
        cost=[int(each * rng.uniform(0.86, 0.94)) for each in revenue],
        rate=float(rng.choice([0.08, 0.09, 0.12])),
        won=won,
        left_2=left_2,
        left_3=int(left_2 * rng.uniform(0.66, 0.80)),
        spend=[first_spend, second_spend, int(second_spend * rng.uniform(1.10, 1.30))],
        cost_percent=cost_percent,
        marketing=marketing,
        cac=cac,
        orders={name: orders[name] for name in rng.permutation(list(orders)).tolist()},
        worth=int(rng.integers(65, 120)),
        pilot_spend=int(rng.integers(8, 13)),
        pilot_percent=int(rng.integers(18, 25)),
        ceiling_percent=int(rng.integers(36, 46)),
    )


@exercise.textbook
def typical():
    return dict(
        revenue=[2444, 2001, 1399],
        cost=[2203, 1814, 1285],
        rate=0.10,
        won=1000,
        left_2=600,
        left_3=420,
        spend=[200, 250, 300],
        cost_percent=60,
        marketing=10,
        cac=100,
        orders={"Ming": [350, 350, 350], "Fang": [1100], "Hua": [70, 70, 70], "Jun": [140]},
        worth=80,
        pilot_spend=10,
        pilot_percent=20,
        ceiling_percent=40,
    )


@exercise.table(points=2, level=1, within=0.5)
def profit_by_year(revenue, cost):
    """A customer brings the revenue {revenue} RMB in three years and costs {cost} RMB in the same years. Build a
    DataFrame with the columns `year` (1, 2, 3 and "total") and `profit`, in RMB."""
    return worksheet.forecast_table(revenue, cost).reset_index()[["year", "profit"]]


def years_and_total(years, total=None):
    """A table in the form of question 1."""
    return pd.DataFrame({"year": [1, 2, 3, "total"], "profit": [*years, sum(years) if total is None else total]})


@profit_by_year.mistake("You took the revenue away from the cost. Profit is what is left of the revenue.")
def cost_less_revenue(revenue, cost):
    return years_and_total([c - r for r, c in zip(revenue, cost, strict=True)])


@profit_by_year.mistake("Those are margins, shares of revenue. The question asks for RMB: revenue less cost.")
def shares_not_money(revenue, cost):
    shares = [(r - c) / r for r, c in zip(revenue, cost, strict=True)]
    return years_and_total(shares, (sum(revenue) - sum(cost)) / sum(revenue))


@profit_by_year.mistake("The years are right. The last row is their sum, not their average.")
def averaged(revenue, cost):
    years = [r - c for r, c in zip(revenue, cost, strict=True)]
    return years_and_total(years, sum(years) / 3)


@profit_by_year.mistake("The years are right. The last row is the sum of the profits, not of the revenue.")
def total_of_revenue(revenue, cost):
    return years_and_total([r - c for r, c in zip(revenue, cost, strict=True)], sum(revenue))


profit_by_year.hint("Revenue less cost, a year at a time; then add up.")
profit_by_year.hint(
    '`worksheet.forecast_table(revenue, cost).reset_index()` has these columns, and "total" at its end.'
)


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def worth_today(revenue, cost, rate):
    """What are the three profits of question 1 worth today at {rate:.0%} a year? A year's money moves at the start of
    the year, the first year now."""
    profits = [r - c for r, c in zip(revenue, cost, strict=True)]
    return value.present_value(profits, rate, timing="start")


def profits_of(revenue, cost):
    return [r - c for r, c in zip(revenue, cost, strict=True)]


@worth_today.mistake("That adds the years up as if the money of year 3 were here now. Divide by 1 + rate a year.")
def not_discounted(revenue, cost):
    return sum(profits_of(revenue, cost))


@worth_today.mistake(
    'That is the worth if the money comes at the end of each year. Here it moves at the start: timing="start".'
)
def at_year_end(revenue, cost, rate):
    return value.present_value(profits_of(revenue, cost), rate, timing="end")


@worth_today.mistake("Year 3 waits two years: divide its profit by (1 + rate) twice.")
def exponent_dropped(revenue, cost, rate):
    first, second, third = profits_of(revenue, cost)
    return first + (second + third) / (1 + rate)


@worth_today.mistake("You multiplied by 1 + rate. Later money is worth less today: divide.")
def compounded(revenue, cost, rate):
    return sum(profit * (1 + rate) ** year for year, profit in enumerate(profits_of(revenue, cost)))


worth_today.hint("How many years does the money of year 1 wait? And that of year 3?")
worth_today.hint('`value.present_value([...], rate, timing="start")`, with the three profits in the list.')


@exercise.table(points=3, level=2, within=0.005)
def campaign(won, left_2, left_3, spend, cost_percent, marketing, cac):
    """A campaign wins {won:,} customers at {cac} RMB each. {left_2:,} of them buy in year 2 and {left_3:,} in year 3.
    An active customer spends {spend} RMB in years 1, 2, 3. Of that, {cost_percent} % are variable costs; marketing
    takes {marketing} RMB a year for each active customer. Build a DataFrame with the columns `year`, `active`,
    `retention` (a fraction of the year before; write 1 for year 1) and `profit` (of all customers, in RMB; the cost of
    winning falls in year 1)."""
    active = [won, left_2, left_3]
    retention = [1, left_2 / won, left_3 / left_2]
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    profit = [customers * each for customers, each in zip(active, margin, strict=True)]
    profit[0] = profit[0] - won * cac
    return pd.DataFrame({"year": [1, 2, 3], "active": active, "retention": retention, "profit": profit})


def campaign_table(active, retention, winning, spend, cost_percent, marketing, **_):
    """The table of question 3 from its parts; `winning` is the cost of winning in each year."""
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    profit = [n * each - cost for n, each, cost in zip(active, margin, winning, strict=True)]
    return pd.DataFrame({"year": [1, 2, 3], "active": active, "retention": retention, "profit": profit})


@campaign.mistake(
    "In year 3 you divided by all customers won: that is survival since the start. Retention compares with the year "
    "before."
)
def survival_for_retention(won, left_2, left_3, cac, **case):
    retention = [1, left_2 / won, left_3 / won]
    return campaign_table([won, left_2, left_3], retention, [won * cac, 0, 0], **case)


@campaign.mistake(
    "You applied the survival since the start as the retention of year 3, so customers were lost twice. The customers "
    "of each year are given: use them."
)
def survival_applied_twice(won, left_2, left_3, cac, **case):
    active = [won, left_2, left_2 * left_3 / won]
    retention = [1, left_2 / won, left_3 / won]
    return campaign_table(active, retention, [won * cac, 0, 0], **case)


@campaign.mistake("The cost of winning the customers is missing from year 1.")
def never_won(won, left_2, left_3, **case):
    retention = [1, left_2 / won, left_3 / left_2]
    return campaign_table([won, left_2, left_3], retention, [0, 0, 0], **case)


@campaign.mistake(
    "You took the cost of winning away in every year. It was paid once, in year 1, for all customers won."
)
def won_every_year(won, left_2, left_3, cac, **case):
    active = [won, left_2, left_3]
    retention = [1, left_2 / won, left_3 / left_2]
    return campaign_table(active, retention, [n * cac for n in active], **case)


@campaign.mistake("You counted the sales. The variable costs and the marketing come off first.")
def sales_for_margin(won, left_2, left_3, cac, **case):
    retention = [1, left_2 / won, left_3 / left_2]
    free = {**case, "cost_percent": 0, "marketing": 0}
    return campaign_table([won, left_2, left_3], retention, [won * cac, 0, 0], **free)


campaign.hint("Margin of an active customer: her spend without the variable costs, less the marketing.")
campaign.hint("Profit: active customers times margin. In year 1 take won * cac away as well.")
campaign.hint("Retention of year 3: left_3 divided by what?")


@exercise.number(points=2, level=2, unit="years", within=0.005)
def payback_years(won, left_2, left_3, spend, cost_percent, marketing, cac):
    """After how many years are the {cac} RMB back that the campaign of question 3 paid for each customer won?
    Undiscounted, in years with decimals: each year's money comes evenly over its year."""
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    per_won = [n * each / won for n, each in zip([won, left_2, left_3], margin, strict=True)]
    return value.payback(cac, per_won)


@payback_years.mistake(
    "You counted the margin of an active customer in every year. Some have left: share each year's money among all "
    "customers won."
)
def nobody_leaves(spend, cost_percent, marketing, cac):
    return value.payback(cac, [(1 - cost_percent / 100) * each - marketing for each in spend])


@payback_years.mistake("You counted sales. Only the margin pays the cost of winning back.")
def paid_back_by_sales(won, left_2, left_3, spend, cac):
    return value.payback(cac, [n * each / won for n, each in zip([won, left_2, left_3], spend, strict=True)])


@payback_years.mistake(
    "That is a whole year count. Of the last year you need only a part: open sum / that year's money."
)
def whole_years(won, left_2, left_3, spend, cost_percent, marketing, cac):
    return float(int(payback_years.reference(won, left_2, left_3, spend, cost_percent, marketing, cac)) + 1)


payback_years.hint("What does a customer *won* bring in year 2, if only some of them are still there?")
payback_years.hint("What is open after year 1, as a share of what year 2 brings? `value.payback` does the same.")


@exercise.table(points=3, level=2, within=0.05)
def four_customers(orders, cost_percent, marketing, cac, rate):
    """The list `orders` holds four customers and what each of them paid, a year at a time. Variable costs are
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


@exercise.function(
    points=3,
    level=2,
    within=0.001,
    shown=[(157.27, 40, 45, 15), (300, 50, 30, 20), (80, 40, 45, 15)],
)
def return_on_winning(ltv, marketing, people, technology):
    """A rule says: fund what returns more than 200 %. Write a function `return_on_winning` of a customer's lifetime
    value and of what winning her cost for marketing, people and technology (RMB each; the value is before these costs
    are taken off). It returns the return on investment as a fraction: 2.0 stands for 200 %."""
    spent = marketing + people + technology
    return (ltv - spent) / spent


@return_on_winning.hidden_inputs
def other_bills(rng):
    return [tuple(int(each) for each in rng.integers(5, 400, size=4)) for _ in range(6)]


@return_on_winning.mistake(
    "That is LTV/CAC, the ratio. A return counts what is left after the cost is back: it is 1 less. So 3:1 is 200 %."
)
def ratio_for_return(ltv, marketing, people, technology):
    return ltv / (marketing + people + technology)


@return_on_winning.mistake("You counted the marketing alone. People and technology won her too.")
def marketing_alone(ltv, marketing, people, technology):
    return (ltv - marketing) / marketing


@return_on_winning.mistake(
    "That is LTV/CAC with the marketing alone: people and technology are missing, and a return is 1 less."
)
def ratio_of_marketing(ltv, marketing, people, technology):
    return ltv / marketing


@return_on_winning.mistake("That is the gain in RMB. A return is per RMB spent: divide by the cost.")
def gain_in_money(ltv, marketing, people, technology):
    return ltv - (marketing + people + technology)


@return_on_winning.mistake("You divided by the value. A return is per RMB *spent*: divide by the cost.")
def share_of_value(ltv, marketing, people, technology):
    return (ltv - (marketing + people + technology)) / ltv


return_on_winning.hint("What did winning her cost in all?")
return_on_winning.hint("`value.roi(gain=..., cost=...)`: the gain is gross here, so the cost is still in it.")


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


@best_spend.mistake("That is the best profit per household. Which spend brings it?")
def profit_for_spend(worth, pilot_spend, pilot_percent, ceiling_percent):
    return acquisition.optimal_spend(worth, *curve(pilot_spend, pilot_percent, ceiling_percent))["profit"]


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


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that the five (or six) times is a ratio of averages and does not tell what the next RMB brings": 1,
        "says that some customers would have stayed unasked, so that keeping is dearer than it looks": 1,
        "says that LTV/CAC depends on what is counted, or that 3:1 would refuse a campaign with a positive value": 1,
        "decides about next spring's budget, with a reason in RMB": 1,
        "names a measurement that would settle it (customers left without a catalogue, some households at 40 RMB)": 1,
    },
)
def answer_the_director():
    """The finance director of the lesson's shop writes: "Winning a customer costs us 100 RMB, keeping one 16.67. And
    LTV/CAC is 1.57, far below 3. Let us stop the calls and put all 110,000 RMB into keeping customers." Answer in four
    to six sentences: what is right, what is wrong, and what should the shop do?"""
    return (
        "Both figures are right, and neither tells us where the next RMB belongs. The 16.67 credit the catalogue with "
        "everybody who came back; if half of our customers come back unasked, 10 RMB keep one more in ten, and each of "
        "these costs 100 RMB, as much as a new customer. By our curves the next RMB brings 1.09 in winning and 1.09 in "
        "keeping, so moving money either way loses some. The 3:1 rule would have refused a campaign that is worth "
        "57,273 RMB, because a ratio is highest where almost nothing is spent. I would keep last year's split, "
        "leave two hundred customers without a catalogue and call one thousand households at 40 RMB, and decide next "
        "year on what these two groups show."
    )
