"""Exercise 15, loyalty economics: who stays, what points and discounts cost, and what stands in the books."""

import pandas as pd

from clvlib import loyalty
from clvlib.course import Exercise

exercise = Exercise("15_loyalty_economics", title="Loyalty economics", minutes=35, uses=["loyalty"])

EARNED_AT = ["store", "store", "store", "operator", "grocer", "grocer"]
BURNED_AT = ["store", "operator", "grocer", "store", "store", "operator"]


@exercise.case
def chain(rng):
    """Another chain with another plan."""
    margin = int(rng.integers(28, 46))
    expected = int(rng.integers(87, 95) * 100)
    year_1 = int(rng.integers(40, 49) * 100)
    near = int(rng.integers(240, 400))
    above = int(rng.integers(43, 49) * near / 100)
    near_after = int(near * rng.uniform(1.10, 1.25))
    return dict(
        shops=int(rng.integers(2, 6)),
        rmb_per_point=int(rng.choice([10, 20, 25])),
        birthday_percent=int(rng.integers(9, 16)),
        small_percent=int(rng.integers(10, 21)),
        burned_percent=int(rng.integers(62, 77)),
        discount=int(rng.choice([5, 8, 10, 12, 15, 20])),
        margin=margin,
        sales=int(rng.integers(6, 21) * 10_000),
        points=10_000,
        expected_1=expected,
        burned_1=year_1,
        expected_2=expected + 200,
        burned_2=year_1 + int(rng.integers(34, 39) * 100),
        earned_at=EARNED_AT,
        burned_at=BURNED_AT,
        moved=[int(points) * 1000 for points in rng.integers(10, 80, size=6)],
        settlement_price=float(rng.choice([0.85, 0.90, 0.95])),
        goods_cost={
            "store": int(rng.integers(60, 76)) / 100,
            "operator": 0.2,
            "grocer": int(rng.integers(76, 84)) / 100,
        },
        below_before=near - above,
        above_before=above,
        below_after=int(0.33 * near_after),
        above_after=near_after - int(0.33 * near_after),
    )


@exercise.textbook
def lotus():
    return dict(
        shops=3,
        rmb_per_point=10,
        birthday_percent=12,
        small_percent=15,
        burned_percent=90,
        discount=10,
        margin=30,
        sales=100_000,
        points=10_000,
        expected_1=9_500,
        burned_1=4_500,
        expected_2=9_700,
        burned_2=8_500,
        earned_at=EARNED_AT,
        burned_at=BURNED_AT,
        moved=[80_000, 10_000, 60_000, 40_000, 25_000, 5_000],
        settlement_price=0.90,
        goods_cost={"store": 0.70, "operator": 0.20, "grocer": 0.80},
        below_before=150,
        above_before=120,
        below_after=96,
        above_after=214,
    )


@exercise.choice(
    points=1,
    level=1,
    options={
        "rival": "she has moved to a rival",
        "share": "she has moved a part of her purchases to a rival",
        "category": "she has left the category",
    },
    wrong={
        "rival": "She still comes every third month. What did she take away, and what did she leave?",
        "category": (
            "Other shops' cards say that she still buys baby clothes. Who has left a category buys from nobody."
        ),
    },
)
def which_loss():
    """A mother bought baby clothes from a shop every month. Now she comes every third month, and her phone holds the
    cards of {shops} other baby shops. What kind of loss is this?"""
    # she still buys baby clothes, and a part of them still here: that part is lost to the rivals
    return "share"


which_loss.hint("Does she still buy such goods? And does she still buy some of them here?")


@exercise.function(
    points=3,
    level=2,
    within=0.01,
    shown=[(160, 200, 50, 0.5, 30), (160, 200, 20, 0.5, 30), (200, 160, 50, 1.0, 30)],
)
def stays(u_a, u_b, points, point_value, bother):
    """Repair the rule "A is safe if U(A) - U(B) > C". Write a function `stays` of U(A), U(B), the points that a
    customer forfeits if she moves, what a point is worth in RMB, and the bother of moving in RMB. It returns 1 if A
    keeps her and 0 if she goes. Where moving brings as much as it costs, she stays."""
    switching_cost = points * point_value + bother
    return int(u_b - u_a <= switching_cost)


@stays.hidden_inputs
def other_customers(rng):
    drawn = [
        (int(u_a), int(u_b), int(points), float(value), int(bother))
        for u_a, u_b, points, value, bother in zip(
            rng.integers(100, 250, 10),
            rng.integers(100, 250, 10),
            rng.integers(0, 80, 10),
            rng.choice([0.25, 0.5, 2.0], 10),
            rng.integers(0, 40, 10),
            strict=True,
        )
    ]
    return [*drawn, (100, 160, 60, 0.5, 20), (100, 160, 60, 0.5, 30), (100, 160, 20, 2.0, 10)]


@stays.mistake("That is the rule as printed: with more points to lose, it calls her less safe. When does *she* go?")
def as_printed(u_a, u_b, points, point_value, bother):
    return int(u_a - u_b > points * point_value + bother)


@stays.mistake("At equality she stays: moving brings no more than it costs. Use <= in place of <.")
def goes_at_equality(u_a, u_b, points, point_value, bother):
    return int(u_b - u_a < points * point_value + bother)


@stays.mistake("You counted points as RMB. Multiply them by what a point is worth.")
def points_as_money(u_a, u_b, points, point_value, bother):
    return int(u_b - u_a <= points + bother)


@stays.mistake("You forgot the points. She forfeits them if she moves, so they are a part of C.")
def points_forgotten(u_a, u_b, points, point_value, bother):
    return int(u_b - u_a <= bother)


@stays.mistake("You compared the two utilities alone. Moving costs her something, too: that is C.")
def no_switching_cost(u_a, u_b, points, point_value, bother):
    return int(u_b <= u_a)


stays.hint("What does moving bring her, and what does it cost her? Both in RMB.")
stays.hint("She stays if u_b - u_a <= C, and C is made of bother and forfeited points.")


@exercise.number(points=2, level=1, unit="RMB", within=0.005)
def given_back(rmb_per_point, birthday_percent, small_percent, burned_percent):
    """Members earn one point for each {rmb_per_point} RMB that they pay; a point takes 1 RMB off a later purchase, and
    what is paid with points earns none. Receipts under the spend threshold earn nothing: they are {small_percent} % of
    sales. In her birthday month a member earns double; of the sales that earn points, {birthday_percent} % fall in a
    birthday month. Of all points, {burned_percent} % are burned. What does the shop give back for 100 RMB that members
    pay, in RMB?"""
    earning = 100 * (1 - small_percent / 100)
    granted = earning / rmb_per_point * (1 + birthday_percent / 100)
    return granted * burned_percent / 100


@given_back.mistake("Those are the points earned. Some are never burned: multiply by the share that is.")
def breakage_ignored(rmb_per_point, birthday_percent, small_percent):
    return (100 - small_percent) / rmb_per_point * (1 + birthday_percent / 100)


@given_back.mistake("The birthday month is missing: sales in it earn a second time.")
def birthday_forgotten(rmb_per_point, small_percent, burned_percent):
    return (100 - small_percent) / rmb_per_point * burned_percent / 100


@given_back.mistake("You doubled the points of the whole year. Only sales in the birthday month count twice.")
def birthday_all_year(rmb_per_point, small_percent, burned_percent):
    return (100 - small_percent) / rmb_per_point * 2 * burned_percent / 100


@given_back.mistake("You let small receipts earn points, too. Those under the threshold earn nothing.")
def threshold_forgotten(rmb_per_point, birthday_percent, burned_percent):
    return 100 / rmb_per_point * (1 + birthday_percent / 100) * burned_percent / 100


@given_back.mistake(
    "That is the price cut, a part of all the goods that she carries home. The question asks what comes back for 100 "
    "RMB that she pays."
)
def price_cut(rmb_per_point, birthday_percent, small_percent, burned_percent):
    back = (100 - small_percent) / rmb_per_point * (1 + birthday_percent / 100) * burned_percent / 100
    return 100 * back / (100 + back)


@given_back.mistake("You counted the points that are *not* burned. Breakage costs nothing; redemption does.")
def breakage_counted(rmb_per_point, birthday_percent, small_percent, burned_percent):
    return (100 - small_percent) / rmb_per_point * (1 + birthday_percent / 100) * (1 - burned_percent / 100)


given_back.hint("Of 100 RMB, how much earns points? How many points is that, the birthday month counted twice?")
given_back.hint("Counted twice means times 1 + the birthday share. Then the share that is burned.")


@exercise.number(points=2, level=1, unit="%", within=0.05)
def extra_volume(discount, margin):
    """Price cuts try to "bribe" customers, says an article; here is the price of the bribe. A shop with a margin of
    {margin} % at list price takes {discount} % off for its silver members. By how many percent must they buy more, so
    that the shop earns as much on them as before?"""
    return 100 * discount / (margin - discount)


@extra_volume.mistake(
    "You divided by the margin at list price. On each sale at the lower price only margin - discount is left to earn "
    "it back."
)
def by_the_old_margin(discount, margin):
    return 100 * discount / margin


@extra_volume.mistake(
    "That keeps *revenue* where it was. Profit needs more: the goods that are sold in addition cost money."
)
def keeps_revenue(discount):
    return 100 * discount / (100 - discount)


@extra_volume.mistake("The discount is a share of the price. How large a share of what the shop keeps is it?")
def the_discount_itself(discount):
    return discount


@extra_volume.mistake("That is today's margin over the new one, in percent. How much *more* must they buy?")
def times_as_much(discount, margin):
    return 100 * margin / (margin - discount)


extra_volume.hint("Of 100 RMB at list price, what does the shop keep today, and what at the lower price?")
extra_volume.hint("discount / (margin - discount), in percent; `loyalty.breakeven_uplift` takes fractions.")


@exercise.number(points=3, level=2, unit="RMB", within=0.5)
def revenue_of_year_2(sales, points, expected_1, burned_1, expected_2, burned_2):
    """A chain sold goods for {sales:,} RMB and granted {points:,} points, each worth 1 RMB off a later purchase. At
    the sale it expected {expected_1:,} to be burned in the end. In year 1 {burned_1:,} were burned, and the estimate
    stood. At the end of year 2 {burned_2:,} were burned in all, and it expects {expected_2:,}. What revenue do the
    points bring in year 2 under IFRS 15, in RMB?"""
    table = loyalty.points_liability(sales, points, expected=[expected_1, expected_2], redeemed=[burned_1, burned_2])
    return table["points_revenue"][2]


def put_off(sales, expected_1, **case):
    """The part of the price that the points were sold for."""
    return sales * expected_1 / (sales + expected_1)


@revenue_of_year_2.mistake(
    "You booked the points of year 2 at the new estimate and left year 1 alone. There is no catch-up in it: compute "
    "the revenue to date, then take away what year 1 booked."
)
def no_catch_up(**case):
    return put_off(**case) * (case["burned_2"] - case["burned_1"]) / case["expected_2"]


@revenue_of_year_2.mistake("You kept the estimate of year 1. It has changed: the revenue to date follows the new one.")
def old_estimate(**case):
    return put_off(**case) * (case["burned_2"] - case["burned_1"]) / case["expected_1"]


@revenue_of_year_2.mistake("That is the revenue of both years. Take away what year 1 has booked.")
def to_date(**case):
    return put_off(**case) * case["burned_2"] / case["expected_2"]


@revenue_of_year_2.mistake(
    "You ignored breakage: all points granted were put off, and none was ever expected to be forgotten. Use the points "
    "expected to be burned."
)
def ignored_breakage(sales, points, burned_1, burned_2, **case):
    return sales * points / (sales + points) * (burned_2 - burned_1) / points


@revenue_of_year_2.mistake(
    "You split the sale anew with the new estimate. The split is fixed on the day of the sale; only the pace changes."
)
def split_again(sales, expected_1, burned_1, expected_2, burned_2, **case):
    again = sales * expected_2 / (sales + expected_2)
    return again * burned_2 / expected_2 - sales * expected_1 / (sales + expected_1) * burned_1 / expected_1


@revenue_of_year_2.mistake("That is what is still owed at the end of year 2. The question asks for the revenue.")
def still_owed(**case):
    return put_off(**case) * (1 - case["burned_2"] / case["expected_2"])


revenue_of_year_2.hint("First the price of the points: sales * expected / (sales + expected), with the first estimate.")
revenue_of_year_2.hint("Revenue to date is that price times burned / expected, both in all. Then take year 1 away.")


@exercise.table(points=3, level=2, within=0.5)
def coalition(earned_at, burned_at, moved, settlement_price, goods_cost):
    """Three partners share a card. The lists `earned_at`, `burned_at` and `moved` say where points were earned, where
    they were burned, and how many. The partner that issued a point pays {settlement_price:.2f} RMB to the one that
    took it; points burned at home are settled with nobody. A point takes 1 RMB off the bill, but the goods given for
    it cost the partner that took it only `goods_cost`: a telephone call is cheap, groceries are not. Build a
    DataFrame with the columns `partner`, `net` (what it receives less what it pays) and `goods` (the cost of the
    goods it gave, for its own points too), in the order store, operator, grocer."""
    table = pd.DataFrame({"earned_at": earned_at, "burned_at": burned_at, "points": moved})
    positions = loyalty.coalition_settlement(table, point_value=settlement_price).positions
    taken = table.groupby("burned_at")["points"].sum()
    rows = [
        {"partner": partner, "net": positions["net"][partner], "goods": taken.get(partner, 0) * cost}
        for partner, cost in goods_cost.items()
    ]
    return pd.DataFrame(rows)


def settled(moved, goods_cost, pay, receive, home=True):
    """The table, if an issuer pays `pay` and a taker receives `receive` for a point burned away from home."""
    burns, rows = list(zip(EARNED_AT, BURNED_AT, moved, strict=True)), []
    for partner, cost in goods_cost.items():
        out = sum(points for earned, burned, points in burns if earned == partner != burned)
        come = sum(points for earned, burned, points in burns if burned == partner != earned)
        own = sum(points for earned, burned, points in burns if burned == partner == earned)
        net = receive * come - pay * out
        rows.append({"partner": partner, "net": net, "goods": (come + own * home) * cost})
    return pd.DataFrame(rows)


@coalition.mistake(
    "The nets have the wrong sign: the partner that *issued* a point pays, the one that gave goods receives."
)
def taker_pays(moved, settlement_price, goods_cost):
    return settled(moved, goods_cost, -settlement_price, -settlement_price)


@coalition.mistake("You settled a point at the 1 RMB on the bill. Partners pay one another the settlement price.")
def face_value(moved, goods_cost):
    return settled(moved, goods_cost, 1, 1)


@coalition.mistake("Net is what a partner receives less what it pays. Its own points, burned elsewhere, are missing.")
def receives_only(moved, settlement_price, goods_cost):
    return settled(moved, goods_cost, 0, settlement_price)


@coalition.mistake(
    "The store's own points, burned at the store, cost goods as well. Nobody settles them; they are given all the same."
)
def own_points_free(moved, settlement_price, goods_cost):
    return settled(moved, goods_cost, settlement_price, settlement_price, home=False)


coalition.hint("`loyalty.coalition_settlement` takes a DataFrame with the columns earned_at, burned_at and points.")
coalition.hint(
    "Goods: add up the points by `burned_at`, wherever they were earned, and multiply by the partner's cost."
)


@exercise.number(points=3, level=3, unit="members", within=0.05)
def bought_up(below_before, above_before, below_after, above_after):
    """A chain publishes a gold tier at 50,000 RMB. The year before, {below_before} members ended within 5,000 RMB
    below it and {above_before} within 5,000 RMB above. The year after, {below_after} and {above_after}, for there are
    more members near it in all. How many have bought themselves up, if the share above would have stayed as it was?
    (Part of a member is fine.)"""
    share_before = above_before / (below_before + above_before)
    return above_after - share_before * (below_after + above_after)


@bought_up.mistake(
    "More members came near the threshold anyway. Compare with last year's *share* above, not with its count."
)
def compared_counts(above_before, above_after):
    return above_after - above_before


@bought_up.mistake(
    "You compared above with below in the same year. The two sides need not be equal where nobody aims: look at the "
    "year before."
)
def above_less_below(below_after, above_after):
    return above_after - below_after


@bought_up.mistake(
    "You took half as the share above without a tier. Spending thins out; the year before says what it was."
)
def against_half(below_after, above_after):
    return above_after - (below_after + above_after) / 2


@bought_up.mistake("You counted how many fewer are below. But more came near in all: apply last year's share to them.")
def fewer_below(below_before, below_after):
    return below_before - below_after


@bought_up.mistake("That is how many would be above without the tier. How many more are there?")
def expected_above(below_before, above_before, below_after, above_after):
    return above_before / (below_before + above_before) * (below_after + above_after)


bought_up.hint("Which share of those near the threshold was above it the year before?")
bought_up.hint("Apply that share to all who are near it now, and compare with those who are above.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that staying because leaving costs is lock-in, or spurious loyalty, and not loyalty": 1,
        "says that points good at every partner are not forfeited by leaving one store, so its C falls": 1,
        "says that it lasts only until the points are burned or expired, or a rival pays for them": 1,
        "names a cost: the settlement, visits that go to partners, or the liability in the books": 1,
        "asks for evidence against a control group, or for departures after points are burned": 1,
    },
    half=[
        "says that staying is not loyalty, and not what else holds them",
        "says that the card changes the lock, and in the wrong direction or without why",
        "says that it does not last, and not what ends it",
        "says that the card costs something, and not what",
        "asks for evidence, and for no group to compare with",
    ],
)
def permanent_loyalty():
    """The director writes: "One card for all the shops in the street, and our members are loyal for ever. In the
    pilot, 92 % of the card holders stayed for a year." Advise her in four to six sentences: what does the number
    show, what does the card do to the store's own lock, and what would you want to see?"""
    return (
        "That 92 % stayed says nothing without members who were not given the card: those who took it may be the ones "
        "who like us. And staying is not loyalty. Some stay because they would forfeit points if they went; that is "
        "spurious loyalty, and it ends on the day the points are burned or expire, or when a rival pays for them. The "
        "card makes this lock weaker, not stronger: points that are good at the grocer's are not forfeited by leaving "
        "us, so our members' switching cost falls. It also costs money, since we pay partners for every point of ours "
        "that they take, and owe the rest in the books. I would offer the card to a random half of the members, and "
        "compare how many stay in each half, and look at the weeks after points are burned."
    )


@exercise.turn.number(unit="RMB", within=0.5)
def points_for_zhao():
    """U(A) is 160 RMB and U(B) is 200; moving costs 30 RMB of bother. How many RMB of points, at least, hold him?"""
    return (200 - 160) - 30


@points_for_zhao.mistake("That is what moving brings him. His bother covers a part of it already: how much is missing?")
def whole_gain():
    return 200 - 160


@points_for_zhao.mistake("Bother and points both hold him. What moving brings is 40; take the bother away.")
def bother_added():
    return (200 - 160) + 30


@points_for_zhao.mistake("Moving would bring him 40, and costs him 30. So he goes: some points it takes.")
def none_needed():
    return 0


points_for_zhao.hint("What does moving bring him, and what does it cost him without points?")
points_for_zhao.hint("He stays if 200 - 160 is at most 30 + points.")


@exercise.turn.number(unit="members, of 1,000", within=0.2)
def silver_kept():
    """Care costs 24 RMB a year for each of 1,000 silver members, and a member kept earns 6,196 RMB. How many must it
    keep, to pay within the year?"""
    return 1_000 * 24 / 6_196


@silver_kept.mistake("One member kept pays the care of so many. The question is: how many must it keep of 1,000?")
def pays_for_so_many():
    return 6_196 / 24


@silver_kept.mistake("That is for one contact of 4 RMB. She gets six.")
def one_contact():
    return 1_000 * 4 / 6_196


@silver_kept.mistake("That is the share. How many is it of 1,000 members?")
def share_of_members():
    return 24 / 6_196


silver_kept.hint("What does the care of all 1,000 cost, in RMB?")
silver_kept.hint("Divide that by what one member earns Lotus in a year.")


@exercise.turn.number(unit="RMB a year", within=2.4)
def liked_instead():
    """With U(A) 160 and points of 100 RMB a member goes if U(B) is more than 160 + 30 + 100. Back at points of 25,
    which U(A) holds the same members?"""
    return 160 + (100 - 25)


@liked_instead.mistake(
    "You put the whole 100 on top. The 25 RMB of points are still there: only the difference is missing."
)
def all_points_on_top():
    return 160 + 100


@liked_instead.mistake("That is how many stay. The question is: which U(A) holds them?")
def number_who_stay():
    return 926


@liked_instead.mistake("There A is as good as B on average, but more than 74 still go. Move on.")
def as_good_as_b():
    return 200


liked_instead.hint("Set the points back to 25, move U(A) up alone, and read how many go.")
liked_instead.hint("How much less does leaving cost her? By as much A must be better.")


@exercise.turn.number(unit="points", within=0.5)
def takes_back_from():
    """9,500 points were expected at the sale, 4,500 were burned in year 1 and 200 in year 2. Earned so far is the share
    of points burned among those expected. From which new estimate on, on a slider of whole hundreds, is that less than
    it was after year 1?"""
    nothing_earned = 9_500 * (4_500 + 200) / 4_500
    return 100 * (nothing_earned // 100 + 1)


@takes_back_from.mistake("Year two still earns 9 RMB there. One step more.")
def one_step_too_early():
    return 9_900


@takes_back_from.mistake("Well computed: there year two earns nothing. Which step of the slider comes next?")
def between_two_steps():
    return round(9_500 * (4_500 + 200) / 4_500)


@takes_back_from.mistake(
    "200 burned and 200 more expected do not cancel: the new estimate changes all that was earned so far, not only "
    "these. Year two still earns 94 RMB there."
)
def two_hundred_each():
    return 9_500 + 200


@takes_back_from.mistake("That is the estimate at the sale. If it stays, each point burned earns its part.")
def nothing_changed():
    return 9_500


takes_back_from.hint("Burned in year 2: 200. Then move the estimate for year 2 up, and read the revenue of year 2.")
takes_back_from.hint("At 9,800 it is 51 RMB; each step of 100 points takes some 43 away.")


@exercise.turn.number(unit="as a fraction", within=0.0079)
def gold_discount():
    """At a margin rate of 30 % gold brings 35 % more volume. Up to which discount, on a slider of whole
    percents, does gold earn as much as today?"""
    return 100 * 0.30 * (1 - 1 / 1.35) // 1 / 100


@gold_discount.mistake("At 8 % gold earns 99 % of today. One step back.")
def one_step_too_far():
    return 0.08


@gold_discount.mistake(
    "There gold earns 90 % of today. 35 % of the margin rate is what the extra volume brings at full price; but the "
    "discount is given on all that she buys, on what she bought anyway, too."
)
def share_of_the_margin():
    return 0.35 * 0.30


gold_discount.hint("Move the gold discount down from 20 %, and read what gold earns, as a share of today.")
gold_discount.hint("At 10 % it is 90 % of today, at 5 % it is 113 %.")
