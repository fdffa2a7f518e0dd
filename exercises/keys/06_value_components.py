"""Exercise 6, value components: share and dial, what customers earn us, what is ahead, and whose profit is counted."""

import numpy as np
import pandas as pd

from clvlib import value
from clvlib.course import Exercise

exercise = Exercise("06_value_components", title="Value components", minutes=35, uses=["value"])

# a row a cause (personal, bank, external), a column a dimension (time, demand, influence)
EVENTS = [
    [
        "she moves abroad and closes the account",
        "she retires and puts less aside each month",
        "she becomes head of a school, and her teachers ask her where to bank",
    ],
    [
        "the bank shuts its branch in her street, and she leaves",
        "the bank sells her the insurance that she was looking for elsewhere",
        "the bank mishandles her complaint, and she warns her colleagues",
    ],
    [
        "a new rule lets customers take their account number to another bank, and she does",
        "house prices rise in the city, and she takes a larger loan",
        "a new app lets the whole town read what she writes about her bank",
    ],
]


@exercise.case
def bank(rng):
    """Another bank, another year, other customers."""
    customers_before = int(rng.integers(15, 26) * 100)
    customers_now = customers_before + int(rng.integers(8, 19) * 10)
    wallet = int(rng.integers(30, 51) * 10_000)
    share = rng.uniform(0.36, 0.48)
    left_out = rng.permutation(3)
    events = [EVENTS[row][column] for row in range(3) for column in range(3) if column != left_out[row]]
    customers = [int(rng.integers(6, 12) * 100), int(rng.integers(5, 10) * 100), int(rng.integers(10, 31) * 10)]
    each = np.array([rng.integers(15, 20), rng.integers(21, 27), rng.integers(110, 150)]) * 100
    costs = each - np.array([rng.integers(11, 14), rng.integers(5, 9), -rng.integers(4, 15)]) * 100
    balances = np.array([rng.integers(60, 90), rng.integers(110, 150), rng.integers(700, 900)]) * 1000
    wallets = balances / np.array([rng.uniform(0.22, 0.34), rng.uniform(0.42, 0.55), rng.uniform(0.60, 0.75)])
    stays_percent = int(rng.integers(76, 89))
    bought = rng.integers(20, 91, 5) * 10 + np.array([3, 0, 0, 3, 0])
    own = dict(zip(["Ai", "Bo", "Cai", "Dan", "En"], bought.tolist(), strict=True))
    word = {"Ai": own["Bo"] + own["En"], "Bo": own["Cai"], "Cai": 0, "Dan": 0, "En": 0}
    return dict(
        customers_before=customers_before,
        customers_now=customers_now,
        wallet=wallet,
        balances_before=round(customers_before * wallet * share / 1e6, 1),
        balances_now=round(customers_now * wallet * (share + rng.uniform(0.012, 0.030)) / 1e6, 1),
        events=rng.permutation(events).tolist(),
        groups=["app", "counter", "manager"],
        customers=customers,
        revenue=[int(n * a) for n, a in zip(customers, each, strict=True)],
        cost=[int(n * a) for n, a in zip(customers, costs, strict=True)],
        balances=[int(n * a) for n, a in zip(customers, balances, strict=True)],
        wallets=[int(n * round(a, -3)) for n, a in zip(customers, wallets, strict=True)],
        margin_percent=float(rng.choice([1.4, 1.6, 1.8])),
        past=np.sort(rng.integers(50, 90, 3) * 10).tolist(),
        profit=int(rng.integers(90, 180) * 10),
        stays_percent=stays_percent,
        better_percent=stays_percent + int(rng.integers(3, 7)),
        payments=int(rng.integers(8, 21) * 10),
        ticket=int(rng.integers(8, 26) * 10),
        fee_percent=float(rng.choice([0.3, 0.4, 0.5])),
        told=int(rng.integers(3, 9)),
        conversion_percent=int(rng.integers(4, 10)),
        friend_profit=int(rng.integers(40, 80) * 10),
        rate=float(rng.choice([0.08, 0.09, 0.12])),
        base=int(rng.integers(20, 60) * 10),
        related=int(rng.integers(4, 12) * 10),
        savings=int(rng.integers(3, 12)),
        referral=int(rng.integers(5, 25) * 10),
        concessions=int(rng.integers(3, 9) * 10),
        damage=int(rng.integers(15, 45)),
        winning=int(rng.integers(40, 80)),
        with_word={name: own[name] + word[name] for name in own},
        word=word,
    )


@exercise.textbook
def city_bank():
    return dict(
        customers_before=2000,
        customers_now=2100,
        wallet=400_000,
        balances_before=360.0,
        balances_now=394.8,
        events=[
            EVENTS[1][2],
            EVENTS[0][0],
            EVENTS[2][1],
            EVENTS[1][1],
            EVENTS[2][0],
            EVENTS[0][2],
        ],
        groups=["app", "counter", "manager"],
        customers=[900, 800, 300],
        revenue=[1_620_000, 1_680_000, 4_200_000],
        cost=[405_000, 1_160_000, 4_470_000],
        balances=[63_000_000, 104_000_000, 240_000_000],
        wallets=[225_000_000, 208_000_000, 360_000_000],
        margin_percent=1.6,
        past=[900, 1000, 1100],
        profit=1200,
        stays_percent=85,
        better_percent=90,
        payments=120,
        ticket=150,
        fee_percent=0.4,
        told=4,
        conversion_percent=5,
        friend_profit=600,
        rate=0.10,
        base=320,
        related=60,
        savings=8,
        referral=120,
        concessions=70,
        damage=25,
        winning=57,
        with_word={"Ai": 1250, "Bo": 840, "Cai": 260, "Dan": 430, "En": 310},
        word={"Ai": 890, "Bo": 260, "Cai": 0, "Dan": 0, "En": 0},
    )


@exercise.number(points=2, level=1, unit="million RMB", within=0.02)
def by_the_dial(customers_before, customers_now, wallet, balances_before, balances_now):
    """Last year a bank had {customers_before:,} customers, who kept {balances_before:,} million RMB with it. This year
    it has {customers_now:,}, who keep {balances_now:,} million. In both years a customer's wallet is {wallet:,} RMB on
    average. The balances grew by a switch (more customers, counted at last year's share of wallet) and by a dial (a
    larger share of each wallet, counted over this year's customers). How many million RMB came from the dial?"""
    share_before = balances_before * 1e6 / (customers_before * wallet)
    share_now = balances_now * 1e6 / (customers_now * wallet)
    return customers_now * wallet * (share_now - share_before) / 1e6


@by_the_dial.mistake("That is the whole growth. A part of it came with the new customers.")
def whole_growth(balances_before, balances_now):
    return balances_now - balances_before


@by_the_dial.mistake("That is the switch: what the new customers brought at last year's share. The dial is the rest.")
def the_switch(customers_before, customers_now, balances_before):
    return balances_before * (customers_now / customers_before - 1)


@by_the_dial.mistake(
    "You counted the larger share over last year's customers. Then switch and dial do not add up to the growth: count "
    "it over this year's."
)
def over_last_years_customers(customers_before, customers_now, balances_before, balances_now):
    return balances_now * customers_before / customers_now - balances_before


@by_the_dial.mistake("That is how far the dial turned, in percentage points. How much money is that?")
def percentage_points(customers_before, customers_now, wallet, balances_before, balances_now):
    shares = balances_now / (customers_now * wallet) - balances_before / (customers_before * wallet)
    return 100 * 1e6 * shares


by_the_dial.hint("Share of wallet: the bank's balances over all the customers' wallets, customers times wallet.")
by_the_dial.hint("How much would this year's customers keep with the bank at last year's share? And how much do they?")


@exercise.table(points=3, level=1, within=0)
def what_moves_her_value(events):
    """The list `events` holds six things that move a bank customer's value. Build a DataFrame with the columns `event`
    (in this order), `cause` ("personal" if it comes from her own life, "bank" if the bank does it, "external" if
    neither does) and `dimension` ("time" if it changes how long she stays, "demand" if it changes how much she takes
    from the bank, "influence" if it changes what others do)."""
    meaning = {
        "she moves abroad and closes the account": ("personal", "time"),
        "she retires and puts less aside each month": ("personal", "demand"),
        "she becomes head of a school, and her teachers ask her where to bank": ("personal", "influence"),
        "the bank shuts its branch in her street, and she leaves": ("bank", "time"),
        "the bank sells her the insurance that she was looking for elsewhere": ("bank", "demand"),
        "the bank mishandles her complaint, and she warns her colleagues": ("bank", "influence"),
        "a new rule lets customers take their account number to another bank, and she does": ("external", "time"),
        "house prices rise in the city, and she takes a larger loan": ("external", "demand"),
        "a new app lets the whole town read what she writes about her bank": ("external", "influence"),
    }
    rows = [(event, *meaning[event]) for event in events]
    return pd.DataFrame(rows, columns=["event", "cause", "dimension"])


def exchanged(events, column, one, other):
    """The right table with two words of a column the wrong way round."""
    table = what_moves_her_value.reference(events)
    return table.assign(**{column: table[column].replace({one: other, other: one})})


@what_moves_her_value.mistake(
    "Time and demand are the wrong way round. Time: does she stay? Demand: how much does she take while she is here?"
)
def time_for_demand(events):
    return exchanged(events, "dimension", "time", "demand")


@what_moves_her_value.mistake(
    "Demand and influence are the wrong way round. Influence works on what *others* do, demand on what she takes."
)
def demand_for_influence(events):
    return exchanged(events, "dimension", "demand", "influence")


@what_moves_her_value.mistake(
    "Bank and external are the wrong way round. Could this bank's board have decided otherwise? Then it is the bank."
)
def external_for_bank(events):
    return exchanged(events, "cause", "bank", "external")


@what_moves_her_value.mistake(
    "Personal and external are the wrong way round. Personal is what happens in her own life, not in the market."
)
def external_for_personal(events):
    return exchanged(events, "cause", "personal", "external")


@what_moves_her_value.mistake(
    "You called everything personal because she acts in the end. Ask what set it off: her life, the bank, or neither?"
)
def she_acts_in_the_end(events):
    return what_moves_her_value.reference(events).assign(cause="personal")


what_moves_her_value.hint("Two separate questions an event: what set it off, and what does it change?")
what_moves_her_value.hint('pd.DataFrame({"event": events, "cause": ["bank", ...], "dimension": ["influence", ...]})')


@exercise.table(points=3, level=2, within=0.005)
def who_is_a_key_account(groups, customers, revenue, cost, balances, wallets, margin_percent):
    """A bank serves three groups; `customers`, `revenue`, `cost`, `balances` and `wallets` hold one number a group, in
    the order of `groups` (money in RMB, for the whole group; revenue and cost a year). Build a DataFrame with the
    columns `group`, `arpu` (revenue per customer), `profit` (per customer, a year), `rank_arpu` and `rank_profit` (1
    for the highest), and `headroom` (what the rest of her wallet would bring per customer and year, at
    {margin_percent} % of the money)."""
    table = pd.DataFrame({"group": groups})
    table["arpu"] = np.array(revenue) / customers
    table["profit"] = (np.array(revenue) - cost) / customers
    table["rank_arpu"] = table["arpu"].rank(ascending=False)
    table["rank_profit"] = table["profit"].rank(ascending=False)
    table["headroom"] = margin_percent / 100 * (np.array(wallets) - balances) / customers
    return table


def key_accounts(case, **changed):
    """The table of question 3 with some of its numbers changed."""
    return who_is_a_key_account.answer({**case, **changed})


@who_is_a_key_account.mistake("Those are totals of a group. A key account is one customer: divide by the customers.")
def totals_of_groups(**case):
    return key_accounts(case, customers=[1, 1, 1])


@who_is_a_key_account.mistake(
    "The profit is revenue here: the cost is missing. With it, the order of the groups changes."
)
def cost_forgotten(**case):
    return key_accounts(case, cost=[0, 0, 0])


@who_is_a_key_account.mistake("You ranked upwards. Rank 1 is the highest: `.rank(ascending=False)`.")
def ranked_upwards(**case):
    table = key_accounts(case)
    return table.assign(rank_arpu=4 - table["rank_arpu"], rank_profit=4 - table["rank_profit"])


@who_is_a_key_account.mistake(
    "The headroom counts the whole wallet. A part of it is with the bank already: take the balances away."
)
def whole_wallet(**case):
    return key_accounts(case, balances=[0, 0, 0])


@who_is_a_key_account.mistake("The headroom is the money elsewhere here. The bank earns only a margin on it.")
def money_for_margin(**case):
    return key_accounts(case, margin_percent=100)


@who_is_a_key_account.mistake(
    "You ranked `rank_profit` by revenue as well. Rank the profits: those who bring most need not earn us most."
)
def ranked_by_revenue_twice(**case):
    table = key_accounts(case)
    return table.assign(rank_profit=table["rank_arpu"])


who_is_a_key_account.hint("`np.array(revenue) / customers` divides group by group.")
who_is_a_key_account.hint(
    'table["profit"].rank(ascending=False) puts the highest first. Elsewhere: wallets less balances.'
)


@exercise.function(
    points=3,
    level=2,
    within=0.01,
    shown=[(800, 250_000, 0.50, 0.016, 1450, 0.85, 0.10), (800, 250_000, 0.55, 0.016, 1450, 0.85, 0.10)],
)
def worth_of_base(customers, wallet, share, margin, cost, stays, rate):
    """Scope, share and time in one line: write a function `worth_of_base` of the number of customers, a customer's
    wallet (RMB), the share of it that is with the bank, the margin on that money (a year), the cost to serve her (RMB
    a year), the share of customers who stay each year and the discount rate. It returns what all of them are worth
    today: the expected profit of five years, each year's at the start of the year, this year's now."""
    profit = wallet * share * margin - cost
    return customers * value.clv(profit, stays, rate, periods=5, timing="start")


@worth_of_base.hidden_inputs
def other_bases(rng):
    return [
        (
            int(rng.integers(50, 2000)),
            int(rng.integers(10, 80) * 10_000),
            float(rng.integers(20, 90) / 100),
            float(rng.integers(8, 25) / 1000),
            int(rng.integers(300, 3000)),
            float(rng.integers(60, 95) / 100),
            float(rng.integers(4, 15) / 100),
        )
        for _ in range(6)
    ]


@worth_of_base.mistake(
    'You let the first profit come at the end of the year, if she stays. Here this year\'s comes now: timing="start".'
)
def first_profit_later(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.clv(wallet * share * margin - cost, stays, rate, periods=5)


@worth_of_base.mistake("The cost to serve is missing. Customers are worth what they earn us, not what they bring.")
def cost_to_serve_forgotten(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.clv(wallet * share * margin, stays, rate, periods=5, timing="start")


@worth_of_base.mistake("You counted the whole wallet. The bank earns on its own share of it.")
def whole_wallet_counted(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.clv(wallet * margin - cost, stays, rate, periods=5, timing="start")


@worth_of_base.mistake("The money in the accounts is not the bank's. Multiply it by the margin.")
def balances_counted(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.clv(wallet * share - cost, stays, rate, periods=5, timing="start")


@worth_of_base.mistake("The cost is taken away once for all. It is a cost of each customer in each year.")
def cost_once(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.clv(wallet * share * margin, stays, rate, periods=5, timing="start") - cost


@worth_of_base.mistake(
    "You took the cost away once a customer. She is served every year: take it from each year's margin."
)
def cost_in_one_year(customers, wallet, share, margin, cost, stays, rate):
    return customers * (value.clv(wallet * share * margin, stays, rate, periods=5, timing="start") - cost)


@worth_of_base.mistake(
    "All of them stay for five years in your function. Multiply by the share who stay, year by year."
)
def nobody_leaves(customers, wallet, share, margin, cost, stays, rate):
    return customers * value.annuity(wallet * share * margin - cost, rate, 5, timing="start")


@worth_of_base.mistake("That is the worth of one customer. How many are there?")
def one_customer(customers, wallet, share, margin, cost, stays, rate):
    return value.clv(wallet * share * margin - cost, stays, rate, periods=5, timing="start")


worth_of_base.hint("First one customer in one year: what does she earn the bank?")
worth_of_base.hint('Then `value.clv(profit, stays, rate, periods=5, timing="start")`, and the number of customers.')


@exercise.table(points=3, level=2, within=0.01)
def what_is_ahead(
    past,
    profit,
    stays_percent,
    better_percent,
    payments,
    ticket,
    fee_percent,
    told,
    conversion_percent,
    friend_profit,
    rate,
):
    """A customer earned the bank {past} RMB in the last three years and earns it {profit:,} RMB a year now;
    {stays_percent} % of such customers stay each year. Count five years at {rate:.0%}, each year's profit at the
    start of the year, this year's now. A card would bring {payments} payments a year of {ticket} RMB, of which the
    bank keeps {fee_percent} %. She would tell {told} friends, {conversion_percent} in 100 come because of her, and
    a friend earns the bank {friend_profit} RMB a year, counted for as long as she herself stays. Build a DataFrame with
    the columns `part` and `worth` (RMB today) and five rows: "current" (unchanged behaviour, all five years), "related
    sale" (the card), "referral", "clv" (these three together) and "retention" (by how much "current" alone would rise
    if {better_percent} % stayed)."""
    years = value.clv(1, stays_percent / 100, rate, periods=5, timing="start")
    better_years = value.clv(1, better_percent / 100, rate, periods=5, timing="start")
    sales = payments * ticket * fee_percent / 100 * years
    friends = told * conversion_percent / 100 * friend_profit * years
    worth = {"current": profit * years, "related sale": sales, "referral": friends}
    worth |= {"clv": sum(worth.values()), "retention": profit * (better_years - years)}
    return pd.DataFrame({"part": list(worth), "worth": list(worth.values())})


def ahead(case, **changed):
    """The worths of question 5, a part a name, with some of its numbers changed."""
    return what_is_ahead.answer({**case, **changed}).set_index("part")["worth"]


def listed_parts(worth):
    return worth.rename_axis("part").reset_index(name="worth")


def with_history(case, history):
    """Question 5's table with something added to what lies ahead."""
    worth = ahead(case)
    worth[["current", "clv"]] += history
    return listed_parts(worth)


@what_is_ahead.mistake(
    "You added what she earned in the past. That is sunk, whatever you do now. Lifetime value looks ahead."
)
def past_added(**case):
    return with_history(case, value.future_value(case["past"], case["rate"], timing="start"))


@what_is_ahead.mistake(
    "You added what she earned in the past, as a plain sum. It is sunk: earned whatever you do now. Look ahead only."
)
def plain_past_added(**case):
    return with_history(case, sum(case["past"]))


@what_is_ahead.mistake(
    'Your "current" is one year\'s profit, the near-term meaning. Here it is unchanged behaviour over all five years.'
)
def near_term_meaning(**case):
    return with_history(case, case["profit"] - ahead(case)["current"])


@what_is_ahead.mistake(
    'The first profit comes now. You discounted everything by a year more, and let her leave before it: timing="start".'
)
def first_at_the_end(**case):
    worth = ahead(case) * case["stays_percent"] / 100 / (1 + case["rate"])
    better = value.clv(case["profit"], case["better_percent"] / 100, case["rate"], periods=5)
    worth["retention"] = better - worth["current"]
    return listed_parts(worth)


@what_is_ahead.mistake("The card's payments are the shops' money. The bank keeps its fee of them alone.")
def payments_for_fees(**case):
    return listed_parts(ahead(case, fee_percent=100))


@what_is_ahead.mistake("You let everyone whom she tells become a customer. Only some come because of her.")
def everyone_comes(**case):
    return listed_parts(ahead(case, conversion_percent=100))


@what_is_ahead.mistake('In "retention" you wrote what "current" would be. The question is by how much it would *rise*.')
def worth_for_rise(**case):
    worth = ahead(case)
    worth["retention"] += worth["current"]
    return listed_parts(worth)


@what_is_ahead.mistake(
    'You added "retention" to "clv". The offer is another case: "clv" is what is ahead as things are, three parts.'
)
def retention_added(**case):
    worth = ahead(case)
    worth["clv"] += worth["retention"]
    return listed_parts(worth)


@what_is_ahead.mistake(
    'Your "related sale" and "referral" are those of one year. They come every year, as long as she stays: five years.'
)
def one_year_of_both(**case):
    worth = ahead(case)
    parts = ["related sale", "referral"]
    worth[parts] /= value.clv(1, case["stays_percent"] / 100, case["rate"], periods=5, timing="start")
    worth["clv"] = worth["current"] + worth[parts].sum()
    return listed_parts(worth)


what_is_ahead.hint('`value.clv(1, stays, rate, periods=5, timing="start")` tells how many yearly profits she is worth.')
what_is_ahead.hint(
    "Card: payments times ticket times fee, a year. Friends: how many come, times what one earns the bank a year."
)
what_is_ahead.hint('Do you need `past`? And in "retention", current at the better rate less current now.')


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def lifetime_profit(base, related, savings, referral, concessions, damage, winning, stays_percent, rate):
    """The shop keeps seven lines for a customer, in RMB a year: base profit {base}, related sales {related}, savings
    in serving her {savings}, profit of those she brought {referral}, price concessions {concessions}, referral damage
    {damage}; and winning her cost {winning} RMB, once. {stays_percent} % of such customers stay each year. What is her
    lifetime profit, seen from the day she is won? Five years, each year's money at its start, the first year's now, at
    {rate:.0%}."""
    a_year = base + related + savings + referral - concessions - damage
    return value.clv(a_year, stays_percent / 100, rate, periods=5, timing="start") - winning


def seven_lines(base, related, savings, referral, concessions, damage, winning, stays_percent, rate, **_):
    """The seven lines as they are given, and the worth of 1 RMB a year."""
    years = value.clv(1, stays_percent / 100, rate, periods=5, timing="start")
    return base + related + savings + referral - concessions - damage, winning, years


@lifetime_profit.mistake("You took the cost of winning her away in every year. It is paid once, on the first day.")
def won_every_year(**case):
    a_year, winning, years = seven_lines(**case)
    return (a_year - winning) * years


@lifetime_profit.mistake("The cost of winning her is missing. Seen from the day she is won, it is still to be earned.")
def never_won(**case):
    a_year, _, years = seven_lines(**case)
    return a_year * years


@lifetime_profit.mistake(
    "You counted the price concessions as income. They are discounts that she asks for: take them away."
)
def concessions_earned(**case):
    a_year, winning, years = seven_lines(**case)
    return (a_year + 2 * case["concessions"]) * years - winning


@lifetime_profit.mistake("The referral damage is missing: what the shop loses with those whom she warns.")
def damage_forgotten(**case):
    a_year, winning, years = seven_lines(**case)
    return (a_year + case["damage"]) * years - winning


@lifetime_profit.mistake("You counted five full years. Some of these customers leave: count those who are still there.")
def stays_for_five(**case):
    a_year, winning, _ = seven_lines(**case)
    return value.annuity(a_year, case["rate"], 5, timing="start") - winning


@lifetime_profit.mistake(
    'You let the first year\'s money come at its end, if she stays. Here it comes now: timing="start".'
)
def money_at_year_end(**case):
    a_year, winning, _ = seven_lines(**case)
    return value.clv(a_year, case["stays_percent"] / 100, case["rate"], periods=5) - winning


lifetime_profit.hint("Four lines come in, two go out every year, and one goes out once.")
lifetime_profit.hint('`value.clv(a_year, stays, rate, periods=5, timing="start")`, and then the cost of winning her.')


@exercise.number(points=2, level=3, unit="RMB", within=0.5)
def worth_together(with_word, word):
    """Five customers of a shop. `with_word` says what each is worth with her word: her own value and that of those she
    brought herself; `word` is the second part alone. Ai brought Bo and En, Bo brought Cai, nobody brought Ai and Dan.
    The owner wants to sell the shop. What are the five worth together, in RMB?"""
    return sum(with_word.values()) - sum(word.values())


@worth_together.mistake(
    "You added up her own value and her word for everyone. Whoever was brought is in there twice: in her own row "
    "and in the row of the one who brought her."
)
def everyone_with_word(with_word):
    return sum(with_word.values())


@worth_together.mistake(
    "You counted only those whom nobody brought, with their word. That misses Cai: Ai's word holds Bo and En, and Cai "
    "stands in Bo's."
)
def those_who_came_alone(with_word):
    return with_word["Ai"] + with_word["Dan"]


@worth_together.mistake("That is the worth of those who were brought. Ai and Dan buy as well.")
def word_alone(word):
    return sum(word.values())


@worth_together.mistake(
    "You left out everyone who was brought, and the word as well. Each customer counts once, however she came."
)
def only_the_first(with_word, word):
    return with_word["Ai"] - word["Ai"] + with_word["Dan"] - word["Dan"]


worth_together.hint("Write down for each of the five in which numbers her value is counted.")
worth_together.hint("A value that stands in two rows must go out of one of them.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that past profit is sunk and no part of lifetime value, though it may help to forecast it": 1,
        "multiplies the two arrows (about -0.01) and says that next to nothing runs through loyalty": 1,
        "explains the 0.65 otherwise: who bought much goes on buying much, or both hold this year's base profit": 1,
        "decides by profit ahead (cost, wallet or word included) and not by the past, with a number": 1,
        "names a measurement that would settle it (the same customers over time, or a gift drawn by lot)": 1,
    },
    half=[
        "says that the past does not count, and not that it may still forecast",
        "says that the path is weak, without the product of the two",
        "says that correlation is no cause, and offers no other explanation",
        "decides by what is ahead, without a number",
        "asks for more data, and not for which customers are compared with which",
    ],
)
def answer_the_head_of_branches():
    """The head of branches has read the lesson's table of the shop: past and future are correlated at 0.65. "So the
    past makes them loyal, and loyalty makes the future. Let us reward the 40 with the longest and richest past!" You
    know that past and loyalty are correlated at -0.06, that the arrow from loyalty to future (among customers with the
    same past) is 0.17, that the past finds 21 of the best 40 customers, the same line of this year alone 30, and all
    lines of this year 35. Answer in four to six sentences: is he right about the path, and whom should the shop
    reward?"""
    return (
        "What these customers have earned us so far is earned whatever we do; it is sunk and no part of their "
        "value. The 0.65 is real, but it does not run through loyalty: -0.06 times 0.17 is -0.01, so nearly all of "
        "it says only that those who bought much go on buying much. As a forecast the past is a poor one, since it "
        "finds 21 of the best 40, while the same line of this year finds 30 and all lines, cost included, find 35. "
        "I would choose by what is ahead: this year's profit, and for thanks also the word, as with customer 30020, "
        "small herself and sixth with those she brought. A reward must also change something, so I would give it to "
        "a half of these 40 drawn by lot and compare the two halves after a year. If the rewarded stay longer, his "
        "theory gets a second chance."
    )


# What the lesson asks in between


@exercise.turn.number(unit="RMB a year", within=0.5)
def chen_profit():
    """Ms Chen keeps 141,019 RMB at the bank and owes it 62,434. It earns 1.2 % a year on deposits and 3 % on loans, and
    84.06 RMB of fees. Serving her costs 1,135.19 RMB a year. What does she earn the bank in a year?"""
    return 0.012 * 141_019 + 0.03 * 62_434 + 84.06 - 1135.19


@chen_profit.mistake("That is what she brings. Serving her costs something: take it away.")
def chen_revenue():
    return 0.012 * 141_019 + 0.03 * 62_434 + 84.06


@chen_profit.mistake("You took the loan's margin away. She pays it to the bank: it is income, too.")
def loans_as_cost():
    return 0.012 * 141_019 - 0.03 * 62_434 + 84.06 - 1135.19


@chen_profit.mistake("The fees are missing. They are the bank's second kind of income.")
def fees_forgotten():
    return 0.012 * 141_019 + 0.03 * 62_434 - 1135.19


@chen_profit.mistake("The loans are missing. The bank earns 3 % a year on what she owes.")
def loans_forgotten():
    return 0.012 * 141_019 + 84.06 - 1135.19


@chen_profit.mistake("Balances are not the bank's income. It earns 1.2 % on the one and 3 % on the other.")
def balances_as_income():
    return 141_019 + 62_434 + 84.06 - 1135.19


chen_profit.hint("What do her deposits earn the bank? Her loan? What else does she pay, and what does she cost?")
chen_profit.hint("0.012 * 141_019 + 0.03 * 62_434, then the fees, less the cost.")


@exercise.turn.number(unit="RMB", within=0.5)
def half_anyway():
    """Customer 30020 brought two friends, who are equally good; her word is worth 2,658.43 RMB if both came because of
    her. One of them would have come anyway: what her word saved is the cost of winning him, 21.99 RMB instead of 56.57.
    What did her word bring?"""
    return 2658.43 / 2 + (56.57 - 21.99)


@half_anyway.mistake("That is the friend who came because of her. Her word saved something with the other one, too.")
def the_saving_forgotten():
    return 2658.43 / 2


@half_anyway.mistake("That counts both in full. One would have come anyway.")
def both_in_full():
    return 2658.43


@half_anyway.mistake("What winning him cost in fact is no gain. Her word saved the difference of the two costs.")
def the_whole_cost():
    return 2658.43 / 2 + 56.57


@half_anyway.mistake(
    "You counted the saving for both friends. Without her word the shop would have spent nothing on the first, so it "
    "saved nothing: count it for the other one alone."
)
def saved_twice():
    return 2658.43 / 2 + 2 * (56.57 - 21.99)


half_anyway.hint("Half of 2,658.43 came because of her. What would the shop have spent on the other friend?")
half_anyway.hint("56.57 RMB instead of 21.99: add the difference to the half.")


@exercise.turn.number(unit="as a fraction", within=0.0085)
def share_instead():
    """Ten years instead of five take a customer of the counter from 2,095 to 2,672 RMB. Back at five years, all else at
    its start: at which share of her wallet is she worth as much? (53 % on the slider makes 2,649 RMB, 54 % makes
    2,776.)"""
    return 0.53 + 0.01 * (2672 - 2649) / (2776 - 2649)


@share_instead.mistake(
    "That is twice the share. She would be worth 8,242 RMB: what is added costs nothing to serve here."
)
def twice_the_share():
    return 0.97


@share_instead.mistake(
    "You raised the share as much as ten years raise her worth, by 28 %. But the cost of serving her is paid already: "
    "what is added goes to the bottom, and less will do."
)
def as_much_more_share():
    return 0.4864 * 2672 / 2095


@share_instead.mistake("That is about the share at the start. Move it up from there.")
def where_it_started():
    return 0.49


@share_instead.mistake("That is in percent. Write a fraction: 25 % is 0.25.")
def share_in_percent():
    return 53


share_instead.hint("Set the years back to 5, then move the share alone. Read what she is worth today.")
share_instead.hint("Four or five points more than at the start.")


@exercise.turn.number(unit="as a fraction", within=0.006)
def must_go():
    """183 customers with a manager bring 1,712,978 RMB a year and cost 3,008,260. If all of them leave, the bank loses
    the first sum, and a part of the second goes away. Which part must it be, at least, for the bank not to lose?"""
    return 1_712_978 / 3_008_260


@must_go.mistake(
    "That is the part that may stay (today's loss over the cost). The question is which part must go away."
)
def may_stay():
    return 1 - 1_712_978 / 3_008_260


@must_go.mistake("You compared the loss with what they bring. Compare what is lost, their revenue, with their cost.")
def loss_by_revenue():
    return 1_295_282 / 1_712_978


@must_go.mistake("If all of it goes away, the bank is better off by 1,295,282 RMB. A smaller part will do.")
def all_of_it():
    return 1


@must_go.mistake("That is in percent. Write a fraction: 25 % is 0.25.")
def part_in_percent():
    return 57


must_go.hint("If all leave, the bank loses 1,712,978 RMB of revenue. How much cost must go with them?")
must_go.hint("As much as that: which part of 3,008,260 is it?")
