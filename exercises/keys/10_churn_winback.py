"""Exercise 10, churn and win-back: what an alarm is worth, and whom a contact moves."""

import pandas as pd

from clvlib.course import Exercise

exercise = Exercise("10_churn_winback", title="Churn and win-back", minutes=35, uses=["experiments"])

# complaints, late parcels, change of days between logins, change of coupon use (signs; a case draws the sizes)
SIGNS = [(1, 0, 1, -1), (0, 2, -1, 1), (0, 1, 1, 1), (0, 0, 1, -1), (0, 0, -1, -1), (2, 3, -1, 1), (0, 1, 1, -1)]


@exercise.case
def shop(rng):
    """Another shop with another vendor, other customers and another test."""
    window = int(rng.choice([30, 45, 60]))
    silent, back = silences(rng, window)
    while len({round(share, 2) for share in shares_back(silent, back, window)}) < 5:
        silent, back = silences(rng, window)
    complaints, late, logins, coupons = zip(*[SIGNS[place] for place in rng.permutation(len(SIGNS))], strict=True)
    sent, held, back_sent, back_held = coupon_test(rng)
    return dict(
        base_percent=int(rng.choice([5, 6, 8, 12, 14])),
        rate_percent=int(rng.integers(75, 86)),
        window=window,
        silent=silent,
        back=back,
        today=180,
        order_days={
            "A": draw_days(rng, gap=rng.integers(8, 16), orders=5, until=rng.integers(50, 110)),
            "B": draw_days(rng, gap=rng.integers(60, 85), orders=2, until=rng.integers(95, 120)),
            "C": draw_days(rng, gap=rng.integers(30, 45), orders=3, until=rng.integers(130, 145)),
            "D": draw_days(rng, gap=rng.integers(5, 7), orders=7, until=rng.integers(160, 162)),  # 3 to 4 gaps ago
            "E": draw_days(rng, gap=rng.integers(40, 55), orders=4, until=rng.integers(165, 178)),
        },
        complaints=list(complaints),
        late_parcels=list(late),
        login_gap_change=[sign * int(size) for sign, size in zip(logins, rng.integers(1, 8, len(SIGNS)), strict=True)],
        coupon_use_change=[
            sign * int(size) / 100 for sign, size in zip(coupons, rng.integers(5, 40, len(SIGNS)), strict=True)
        ],
        **december_group(rng),
        risk=[0.9, 0.7, 0.5, 0.3, 0.1],
        sent=sent,
        held=held,
        back_sent=back_sent,
        back_held=back_held,
        worth=500,
        cost=8,
    )


@exercise.textbook
def redbaby():
    return dict(
        base_percent=10,
        rate_percent=82,
        window=30,
        silent=[3, 8, 12, 19, 22, 27, 30, 33, 41, 45, 52, 60, 75, 88, 104, 130, 150, 171, 200, 240],
        back=[1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0],
        today=180,
        order_days={
            "A": [5, 20, 31, 47, 61],
            "B": [10, 90],
            "C": [60, 105, 140],
            "D": [120, 125, 132, 139, 144, 151, 156],
            "E": [29, 80, 122, 170],
        },
        complaints=[1, 0, 0, 0, 0, 2, 0],
        late_parcels=[0, 2, 1, 0, 0, 3, 1],
        login_gap_change=[4, -2, 3, 6, -3, -1, 2],
        coupon_use_change=[-0.2, 0.1, 0.15, -0.3, -0.1, 0.05, -0.25],
        listed=200,
        gone=46,
        forecast_percent=14,
        call_cost=20,
        kept_percent=20,
        half_margin=120,
        risk=[0.9, 0.7, 0.5, 0.3, 0.1],
        sent=[400, 400, 400, 400, 400],
        held=[200, 200, 200, 200, 200],
        back_sent=[20, 44, 12, 40, 30],
        back_held=[8, 4, 5, 14, 16],
        worth=500,
        cost=8,
    )


def silences(rng, window):
    """Days since the last order of 20 customers, one of them exactly at the window, and who orders again."""
    silent = sorted([window, *map(int, rng.exponential(80, 19))])
    return silent, [int(rng.random() < 0.9 ** (days / 12)) for days in silent]


def shares_back(silent, back, window):
    """The share of the lost who come back, and four shares that are taken for it."""
    of_lost = [came for days, came in zip(silent, back, strict=True) if days > window]
    at_least = [came for days, came in zip(silent, back, strict=True) if days >= window]
    returned = sum(of_lost)
    return [
        returned / len(of_lost),
        len(of_lost) / len(silent),
        returned / len(silent),
        returned / sum(back),
        sum(at_least) / len(at_least),
    ]


def draw_days(rng, gap, orders, until):
    """Days of some orders, about a gap apart, the last on day `until`."""
    days = [int(until - gap * back) for back in range(orders)][::-1]
    return [days[0], *(day + int(rng.integers(-1, 2)) for day in days[1:-1]), days[-1]]


def december_group(rng):
    """A group in which calls pay by what was seen, and would not by the forecast."""
    kept, margin = int(rng.choice([20, 25, 30])), int(rng.choice([100, 120, 140, 160]))
    listed = int(rng.integers(150, 300))
    gone = round(listed * rng.uniform(0.22, 0.32))
    cost = int(0.8 * kept * margin / 100)  # pays where more than 13 to 16 % leave
    forecast = int(rng.integers(8, 13))
    return dict(
        listed=listed, gone=gone, forecast_percent=forecast, call_cost=cost, kept_percent=kept, half_margin=margin
    )


def coupon_test(rng):
    """A test in five groups: coupons pay in two of them, which are not the two of highest risk."""
    pays = rng.permutation([True, True, False, False, False])
    while pays[:2].all():
        pays = rng.permutation(pays)
    back_held = [int(count) for count in rng.integers(5, 17, 5)]
    more = [int(rng.integers(12, 40)) if pay else int(rng.integers(-3, 4)) for pay in pays]
    return [400] * 5, [200] * 5, [2 * held + extra for held, extra in zip(back_held, more, strict=True)], back_held


@exercise.number(points=1, level=1, within=0.0005)
def precision(base_percent, rate_percent):
    """A vendor's alarm recognises {rate_percent} % of the customers who will leave, and {rate_percent} % of those who
    will stay. At this shop {base_percent} % leave. What share of its alarms is right, as a fraction?"""
    leave, right = base_percent / 100, rate_percent / 100
    return leave * right / (leave * right + (1 - leave) * (1 - right))


@precision.mistake(
    "That is the accuracy, the share of *all answers* that are right. Of the alarms alone many more are wrong: there "
    "are so many stayers."
)
def accuracy(rate_percent):
    return rate_percent / 100


@precision.mistake("That is how accurate it is to say that nobody leaves. Count alarms.")
def nobody_leaves(base_percent):
    return 1 - base_percent / 100


@precision.mistake("That is the share of all customers for whom the alarm rings. How many of these alarms are right?")
def all_alarms(base_percent, rate_percent):
    leave, right = base_percent / 100, rate_percent / 100
    return leave * right + (1 - leave) * (1 - right)


@precision.mistake("Those are the leavers found, as a share of all customers. Divide them by all alarms.")
def found_of_all(base_percent, rate_percent):
    return base_percent / 100 * rate_percent / 100


@precision.mistake("You divided the right alarms by the wrong ones. Divide them by all alarms, right and wrong.")
def right_by_wrong(base_percent, rate_percent):
    leave, right = base_percent / 100, rate_percent / 100
    return leave * right / ((1 - leave) * (1 - right))


precision.hint("Take 1,000 customers. For how many leavers does the alarm ring, and for how many stayers?")
precision.hint("`experiments.confusion_from_rates(base_rate, recall, specificity).precision`")


@exercise.number(points=1, level=1, within=0.003)
def wrongly_lost(silent, back, window):
    """`silent` counts the days since the last order of 20 customers; `back` is 1 for those who ordered
    again in the half-year after. The shop calls a customer lost who has been silent for more than {window} days. What
    share of the lost comes back, as a fraction?"""
    lost = [came for days, came in zip(silent, back, strict=True) if days > window]
    return sum(lost) / len(lost)


@wrongly_lost.mistake("That is the share of all customers who are called lost: the churn figure itself.")
def churn_figure(silent, back, window):
    return shares_back(silent, back, window)[1]


@wrongly_lost.mistake("You divided by all customers. Of those called lost, which share came back?")
def of_all_customers(silent, back, window):
    return shares_back(silent, back, window)[2]


@wrongly_lost.mistake("You divided by all who come back. Start from those called lost: they are the whole.")
def of_all_who_come_back(silent, back, window):
    return shares_back(silent, back, window)[3]


@wrongly_lost.mistake("Somebody has been silent for just as long as the window. Lost is who is silent for *more*.")
def at_the_window(silent, back, window):
    return shares_back(silent, back, window)[4]


wrongly_lost.hint("First mark who is lost. Then look at `back` for these alone.")
wrongly_lost.hint("With pd.Series(silent) > window you pick the entries of pd.Series(back); then take their mean.")


@exercise.table(points=3, level=2, within=0.005)
def own_pace(order_days, today):
    """`order_days` holds the days on which five customers ordered; today is day {today}. Build a DataFrame with a row a
    customer, in the same order, and the columns `customer`, `gap` (mean days from one order to the next), `due` (the
    day on which her next order is due, a gap after the last one) and `lost` (1 if she has been silent for more than
    three of her gaps, else 0)."""
    rows = []
    for customer, days in order_days.items():
        gap = (days[-1] - days[0]) / (len(days) - 1)
        rows.append((customer, gap, days[-1] + gap, int(today - days[-1] > 3 * gap)))
    return pd.DataFrame(rows, columns=["customer", "gap", "due", "lost"])


def paces(order_days, gap, due=lambda days, gap: days[-1] + gap, lost=None, today=0, gaps=3):
    rows = []
    for customer, days in order_days.items():
        own = gap(days)
        rows.append((customer, own, due(days, own), int(today - days[-1] > (lost or gaps * own))))
    return pd.DataFrame(rows, columns=["customer", "gap", "due", "lost"])


def mean_gap(days):
    return (days[-1] - days[0]) / (len(days) - 1)


@own_pace.mistake("You divided by the number of orders. Between five orders there are four gaps.")
def divided_by_orders(order_days, today):
    return paces(order_days, lambda days: (days[-1] - days[0]) / len(days), today=today)


@own_pace.mistake("You counted the silence since the last order as a gap. A gap ends with an order.")
def silence_as_gap(order_days, today):
    return paces(order_days, lambda days: (today - days[0]) / len(days), today=today)


@own_pace.mistake("Your column `lost` uses 30 days for everybody. Hold each silence against three of her own gaps.")
def thirty_days_for_all(order_days, today):
    return paces(order_days, mean_gap, lost=30, today=today)


@own_pace.mistake(
    "Your column `lost` counts the silence from the day on which she was due. It begins with her last order."
)
def silent_since_due(order_days, today):
    return paces(order_days, mean_gap, today=today, gaps=4)


@own_pace.mistake(
    "Your column `due` counts from today. The next order is due a gap after the last one, even if it is past."
)
def due_from_today(order_days, today):
    return paces(order_days, mean_gap, due=lambda days, gap: today + gap, today=today)


own_pace.hint("`for customer, days in order_days.items():` goes through them; days[-1] is the last order.")
own_pace.hint("From the first to the last order there are len(days) - 1 gaps.")


@exercise.table(points=3, level=2, within=0)
def remedies(complaints, late_parcels, login_gap_change, coupon_use_change):
    """Give each customer the first remedy whose reason fits: "settle" if she has complained; "deliver" if more than
    one parcel was late; "ask" if she is fading by our rule, that is, if the days between her logins have risen *and*
    her coupon use has fallen; else "wait". Each of the four lists has an entry a customer, the last two a change
    against the quarter before. Build a DataFrame with the one column `remedy`, a row a customer."""
    words = []
    for complained, late, logins, coupons in zip(
        complaints, late_parcels, login_gap_change, coupon_use_change, strict=True
    ):
        if complained > 0:
            words.append("settle")
        elif late > 1:
            words.append("deliver")
        elif logins > 0 and coupons < 0:
            words.append("ask")
        else:
            words.append("wait")
    return pd.DataFrame({"remedy": words})


def sorted_out(case, rules):
    """The first rule that fits; a rule is a word and a test of complaints, late parcels, logins and coupons."""
    names = ["complaints", "late_parcels", "login_gap_change", "coupon_use_change"]
    customers = zip(*(case[name] for name in names), strict=True)
    return pd.DataFrame({"remedy": [next((word for word, fits in rules if fits(*her)), "wait") for her in customers]})


SETTLE = ("settle", lambda complained, late, logins, coupons: complained > 0)
DELIVER = ("deliver", lambda complained, late, logins, coupons: late > 1)
ASK = ("ask", lambda complained, late, logins, coupons: logins > 0 and coupons < 0)


@remedies.mistake("You gave the last reason that fits. Take the first: whoever has complained is settled with first.")
def last_that_fits(**case):
    return sorted_out(case, [ASK, DELIVER, SETTLE])


@remedies.mistake(
    "You ask whoever shows one of the two signs. Fading is both together: rarer logins *and* fewer coupons."
)
def one_sign_is_enough(**case):
    return sorted_out(case, [SETTLE, DELIVER, ("ask", lambda *her: her[2] > 0 or her[3] < 0)])


@remedies.mistake("A gap between logins that *rises* means rarer logins. You took the customers whose gap fell.")
def gap_the_wrong_way(**case):
    return sorted_out(case, [SETTLE, DELIVER, ("ask", lambda *her: her[2] < 0 and her[3] < 0)])


@remedies.mistake('One late parcel is not yet a reason: "deliver" needs more than one.')
def one_late_parcel(**case):
    return sorted_out(case, [SETTLE, ("deliver", lambda *her: her[1] > 0), ASK])


remedies.hint(
    "`for complained, late, logins, coupons in zip(...)`, then if, elif, elif, else, in the order of the text."
)
remedies.hint("Rarer logins: login_gap_change above 0. Less coupon use: coupon_use_change below 0.")


@exercise.function(points=3, level=2, within=0.0005, shown=[(500, 20, 0.2, 0), (500, 20, 0.2, 50), (300, 8, 0.5, 30)])
def call_above(worth, cost, success, gift):
    """Write a function `call_above`: the chance of leaving above which a call pays. A call costs `cost`. It keeps a
    leaver with chance `success`, and a customer kept is worth `worth`. Whoever stays after a call gets a `gift`: the
    leavers who are kept, and everybody who would have stayed anyway. All amounts in RMB."""
    return (cost + gift) / (success * (worth - gift) + gift)


@call_above.hidden_inputs
def other_calls(rng):
    return [
        (int(worth), int(rng.integers(5, 40)), float(rng.choice([0.1, 0.25, 0.3, 0.4])), int(rng.integers(1, 80)))
        for worth in rng.integers(200, 1000, size=6)
    ]


@call_above.mistake("The gift is missing. It costs money with each customer who stays.")
def no_gift(worth, cost, success, gift):
    return cost / (success * worth)


@call_above.mistake(
    "You give the gift to kept leavers only. Those who would have stayed take it, too, and bring nothing for it."
)
def gift_to_the_kept_only(worth, cost, success, gift):
    return cost / (success * (worth - gift))


@call_above.mistake("You give the gift to everybody who is called. Who leaves in spite of the call does not get it.")
def gift_to_everybody(worth, cost, success, gift):
    return (cost + gift) / (success * worth)


@call_above.mistake("You left `success` out, as if each call kept its leaver.")
def always_kept(worth, cost, success, gift):
    return (cost + gift) / worth


call_above.hint(
    "With chance p she is a leaver and brings success * (worth - gift); else she costs the gift. Less the call."
)
call_above.hint("Set p * success * (worth - gift) - (1 - p) * gift - cost to 0 and solve for p.")


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def a_call_earns(listed, gone, forecast_percent, call_cost, kept_percent, half_margin):
    """A model learned from June's list. In December it gave a group of {listed} customers a chance of leaving of
    {forecast_percent} %; half a year later {gone} of them had left. Now it names such a group again. A call costs
    {call_cost} RMB and keeps {kept_percent} % of those who would leave. A kept customer brings {half_margin} RMB at
    once, and as much at the start of each later half-year, as long as she stays. In each she leaves with the chance
    that her group has shown. Interest is 10 % a year. What does a call to one customer of the new group earn, on
    average?"""
    leaves = gone / listed
    interest = 1.10**0.5 - 1
    her_worth = half_margin * (1 + interest) / (interest + leaves)
    return kept_percent / 100 * leaves * her_worth - call_cost


def earned(call, leaves, worth):
    return call["kept_percent"] / 100 * leaves * worth - call["call_cost"]


def seen_and_worth(call, interest=1.10**0.5 - 1):
    leaves = call["gone"] / call["listed"]
    return leaves, call["half_margin"] * (1 + interest) / (interest + leaves)


@a_call_earns.mistake(
    "You took the chance that the model forecast. It has been tried out of time: take the share that then left."
)
def by_the_forecast(**call):
    leaves, interest = call["forecast_percent"] / 100, 1.10**0.5 - 1
    return earned(call, leaves, call["half_margin"] * (1 + interest) / (interest + leaves))


@a_call_earns.mistake("You counted one half-year's margin. She is kept, and may stay on: take her whole worth.")
def for_a_half_year(**call):
    leaves, _ = seen_and_worth(call)
    return earned(call, leaves, call["half_margin"])


@a_call_earns.mistake("You valued her without interest. What she brings later is worth less today.")
def kept_without_interest(**call):
    leaves, worth = seen_and_worth(call, interest=0)
    return earned(call, leaves, worth)


@a_call_earns.mistake("You took a year's interest for a half-year. Take the rate that makes 10 % in two half-years.")
def kept_at_a_years_interest(**call):
    return earned(call, *seen_and_worth(call, interest=0.10))


@a_call_earns.mistake("You left out the margin that a kept customer brings at once. The first half-year is certain.")
def the_first_margin_missing(**call):
    leaves, worth = seen_and_worth(call)
    return earned(call, leaves, worth - call["half_margin"])


@a_call_earns.mistake("You counted as if everybody who is called would leave. Most would have stayed without a call.")
def all_would_leave(**call):
    _, worth = seen_and_worth(call)
    return earned(call, 1, worth)


@a_call_earns.mistake("You counted as if a call kept every leaver. Only some of the leavers are kept.")
def all_leavers_kept(**call):
    return earned(call | {"kept_percent": 100}, *seen_and_worth(call))


@a_call_earns.mistake("Take off what the call costs.")
def calls_for_nothing(**call):
    return earned(call | {"call_cost": 0}, *seen_and_worth(call))


@a_call_earns.mistake("That is what a kept customer is worth. Of those called, how many are kept by the call?")
def worth_of_the_kept(**call):
    return seen_and_worth(call)[1]


a_call_earns.hint("With which chance does she leave, and with which does the call keep her? What is she worth then?")
a_call_earns.hint("Her worth is V = margin * (1 + i) / (i + p), where i belongs to a half-year and p has been seen.")


@exercise.table(points=4, level=3, within=0.0005)
def whom_to_send(sent, held, back_sent, back_held, risk, worth, cost):
    """The coupon was tested in five groups; `risk` is each one's mean chance of being gone, the riskiest first. In
    each, `sent` customers drawn by lot got a coupon and `back_sent` of them came back; `held` got none, and
    `back_held` came back. A coupon costs {cost} RMB, a customer brought back is worth {worth}. Build a DataFrame with
    the five rows in this order and the columns `uplift` (a fraction), `profit` (of one more coupon in this group, RMB)
    and `send` (1 if it pays, else 0). Do not round."""
    groups = pd.DataFrame({"sent": sent, "held": held, "back_sent": back_sent, "back_held": back_held})
    uplift = groups["back_sent"] / groups["sent"] - groups["back_held"] / groups["held"]
    profit = uplift * worth - cost
    return pd.DataFrame({"uplift": uplift, "profit": profit, "send": (profit > 0).astype(int)})


def sending(uplift, worth, cost):
    uplift = pd.Series(uplift)
    profit = uplift * worth - cost
    return pd.DataFrame({"uplift": uplift, "profit": profit, "send": (profit > 0).astype(int)})


def rates(sent, held, back_sent, back_held, **case):
    return pd.Series(back_sent) / pd.Series(sent), pd.Series(back_held) / pd.Series(held)


@whom_to_send.mistake(
    "Uplift and profit are right. You send to the groups of highest risk; risk says who is gone, not whom a coupon "
    "moves."
)
def riskiest_first(**case):
    with_coupon, without = rates(**case)
    table = sending(with_coupon - without, case["worth"], case["cost"])
    limit = sorted(case["risk"])[-int(table["send"].sum())]
    return table.assign(send=[int(risk >= limit) for risk in case["risk"]])


@whom_to_send.mistake("You took the rate of those with a coupon. Take off those who come back without one.")
def no_control_group(**case):
    return sending(rates(**case)[0], case["worth"], case["cost"])


@whom_to_send.mistake("You subtracted counts, but the two arms differ in size. Make rates of them first.")
def counts_subtracted(**case):
    more = pd.Series(case["back_sent"]) - pd.Series(case["back_held"])
    return sending(more / pd.Series(case["sent"]), case["worth"], case["cost"])


@whom_to_send.mistake("That is the relative uplift, one rate divided by the other. Take the difference, in points.")
def relative_uplift(**case):
    with_coupon, without = rates(**case)
    return sending(with_coupon / without - 1, case["worth"], case["cost"])


@whom_to_send.mistake("The profit is that of all coupons sent in the group. The question asks for one more coupon.")
def profit_of_the_group(**case):
    with_coupon, without = rates(**case)
    table = sending(with_coupon - without, case["worth"], case["cost"])
    return table.assign(profit=table["profit"] * case["sent"])


@whom_to_send.mistake("The uplift is right, but the profit forgets what a coupon costs.")
def coupons_for_nothing(**case):
    with_coupon, without = rates(**case)
    return sending(with_coupon - without, case["worth"], 0)


whom_to_send.hint("Two rates in each group, with and without. What does their difference say?")
whom_to_send.hint("One coupon brings back `uplift` customers, each worth `worth`, and costs `cost`.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that accuracy means little where few leave, and asks for precision and recall (or for the profit)": 1,
        "says that risk is not uplift: the riskiest may be beyond recall, others would have stayed anyway": 1,
        "asks for a control group drawn by lot, so that only what the voucher changes is counted": 1,
        "decides, and names the result that would change the decision": 1,
    },
    half=[
        "says that 93 % is not much, and not compared with what",
        "says that the riskiest are the wrong ones, without a reason",
        "asks for a comparison in which nobody is drawn by lot",
        "decides without a result that would change it",
    ],
)
def the_next_offer():
    """The vendor comes back. "Our new release has an accuracy of 93 %, and at your shop 10 % leave. Let us send a
    voucher of 30 RMB to the riskiest tenth of your customers; last year 40 % of those whom we sent one stayed." Would
    you? Answer in four to six sentences."""
    return (
        "Not on these figures. With 10 % leaving, an accuracy of 93 % is three points more than saying that nobody "
        "leaves, and it can come from an alarm that hardly ever rings, so I would ask for its precision and recall on "
        "customers it has not seen. The 40 % who stayed tell nothing without those who got no voucher: some of them "
        "would have stayed anyway and took 30 RMB for it. And the riskiest are those most likely to leave, not those "
        "whom a voucher holds. I would let a lot decide who of all the customers gets one, and compare the share that "
        "stays with and without it, by risk and by how often they used coupons before. I would buy if, in some group, "
        "the difference times what a customer is worth is above what the vouchers and the vendor cost there."
    )


@exercise.turn.number(unit="share", within=0.0006)
def alarms_right():
    """A system recognises 82 % of those who will leave and 82 % of those who will stay; 5 % leave in a half-year. Which
    share of its alarms is right, as a fraction?"""
    return 0.05 * 0.82 / (0.05 * 0.82 + 0.95 * 0.18)


@alarms_right.mistake("That is its share for 10 % leavers. With 5 % there are fewer leavers and more stayers.")
def where_ten_percent_leave():
    return 0.10 * 0.82 / (0.10 * 0.82 + 0.90 * 0.18)


@alarms_right.mistake(
    "That is the recall: of the leavers, the share that is found. Here the alarms are the whole: which share is right?"
)
def the_recall():
    return 0.82


@alarms_right.mistake("Those are the leavers found, as a share of all customers. Divide them by all alarms.")
def leavers_found_of_all():
    return 0.05 * 0.82


@alarms_right.mistake("You divided the right alarms by the wrong ones. Divide them by all alarms, right and wrong.")
def right_alarms_by_wrong():
    return 0.05 * 0.82 / (0.95 * 0.18)


alarms_right.hint("Of 1,000 customers 50 leave and 950 stay. For how many of each does the alarm ring?")
alarms_right.hint("It rings for 41 leavers and for 171 stayers.")


@exercise.turn.number(unit="RMB", within=1.5)
def kept_worth():
    """A kept customer brings 120 RMB now and leaves with a chance of 37.5 % each half-year; interest is 10 % a year.
    What is she worth, by V = 120 (1 + i) / (i + p)?"""
    i = 1.10**0.5 - 1
    return 120 * (1 + i) / (i + 0.375)


@kept_worth.mistake("That is her worth without interest, 120 / p. What comes later is worth less today.")
def without_interest():
    return 120 / 0.375


@kept_worth.mistake("You took a year's interest for a half-year. Here i is 1.10 to the power of one half, less 1.")
def interest_of_a_year():
    return 120 * 1.10 / (0.10 + 0.375)


@kept_worth.mistake("You left out the 120 RMB of this half-year. She is kept, so they are certain.")
def first_half_year_missing():
    i = 1.10**0.5 - 1
    return 120 * (1 + i) / (i + 0.375) - 120


@kept_worth.mistake("You put in the share that stays. In the formula p is the chance that she leaves.")
def stays_for_leaves():
    i = 1.10**0.5 - 1
    return 120 * (1 + i) / (i + 1 - 0.375)


kept_worth.hint("Which i belongs to a half-year, if two of them make 10 %?")
kept_worth.hint("i is 0.0488, and p is 0.375.")


@exercise.turn.number(unit="RMB", within=6)
def least_worth():
    """The alarm above 11 % calls 522 customers, of whom 196 leave. A call costs 20 RMB and keeps one leaver in five.
    How little may a kept customer be worth before the alarm loses money?"""
    return 20 * 522 / (0.2 * 196)


@least_worth.mistake(
    "There every call would go to a leaver. Most of those called would have stayed, and cost a call, too."
)
def every_call_to_a_leaver():
    return 20 / 0.2


@least_worth.mistake("That would be right if a call kept every leaver. It keeps one in five.")
def every_leaver_kept():
    return 20 * 522 / 196


@least_worth.mistake("That is her worth at the start, and the alarm still earns there. Move it down.")
def worth_at_the_start():
    return 300


@least_worth.mistake("At 260 RMB the alarm loses already. Find the worth at which it neither loses nor earns.")
def where_it_loses():
    return 260


least_worth.hint("Move the worth of a kept customer alone, and read the profit.")
least_worth.hint("At 300 RMB the profit is 1,320 RMB. Each RMB less takes a fifth of 196 from it.")


@exercise.turn.number(unit="RMB", within=0.55)
def dearest_coupon():
    """4.0 % of the lost come back without a coupon, 9.2 % with one; a return is worth 500 RMB. If coupons are handed
    out by lot, up to which cost of one, in whole RMB, do they not lose?"""
    return 500 * (0.092 - 0.040)


@dearest_coupon.mistake("You counted all who came back with a coupon. Some would have come anyway: take them off.")
def all_who_came_back():
    return 500 * 0.092


@dearest_coupon.mistake("That is how dear it may be if the coupon users get it first. Look at the line by lot.")
def users_first():
    return 42.5


dearest_coupon.hint("What does one coupon more bring back, beyond those who would have come anyway?")
dearest_coupon.hint(
    "Leave the share at 40 %, move the cost up, and read the profit by lot: it is 19,200 RMB at a cost of 20."
)
