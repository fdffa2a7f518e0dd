"""Exercise 16, do programs work: points or relative, the size of a test, differences, success stories."""

import pandas as pd

from clvlib import experiments, loyalty
from clvlib.course import Exercise

exercise = Exercise("16_do_programs_work", title="Do programs work?", minutes=35)


@exercise.case
def another_shop(rng):
    """Another shop, and other figures in the same stories."""
    motor, home = int(rng.integers(20, 36) * 100), int(rng.integers(10, 21) * 100)
    others_before = int(rng.integers(150, 260))
    others_after = others_before + int(rng.integers(15, 41))
    case = dict(
        low=int(rng.integers(15, 31)),
        high=int(rng.integers(45, 71)),
        part=int(rng.integers(3, 6)),
        opens=int(rng.integers(25, 61)),
        fee=int(rng.choice([30, 35, 45, 50])),
        saved=int(rng.choice([3, 4, 6])),
        growth=int(rng.integers(12, 31)),
        friends=int(rng.integers(15, 40) * 10_000),
        motor=motor,
        home=home,
        both=int(motor * home / 10_000 * rng.uniform(1.4, 2.2)),
        base=int(rng.integers(2, 6)),
        uplift=int(rng.integers(25, 56)),
        others_after=others_after,
        members_after=2 * others_after + int(rng.integers(-15, 16)),
        effect=int(rng.integers(8, 17)),
        margin=int(rng.integers(25, 41)),
        back=float(rng.choice([0.8, 1.0, 1.2, 1.5])),
    )
    earned = int(rng.integers(20, 41))
    more_orders = case["base"] * case["uplift"] / 100  # of 100 mails
    return case | dict(earned=earned, cost=round(earned * more_orders * rng.uniform(0.3, 0.4)))


@exercise.textbook
def redbaby():
    return dict(
        low=19,
        high=63,
        part=3,
        opens=40,
        fee=25,
        saved=2,
        growth=22,
        friends=230_000,
        motor=3_000,
        home=1_600,
        both=920,
        base=2,
        uplift=47,
        others_after=240,
        members_after=489,
        effect=12,
        margin=30,
        back=1.0,
        earned=30,
        cost=12,
    )


@exercise.choice(
    points=1,
    level=1,
    options={
        "ticket": "a free flight for 20,000 miles",
        "double": "double miles in her birthday month",
        "fare": "10 % off every ticket",
        "lounge": "the lounge, and boarding before the others",
    },
    wrong={
        "ticket": "A flight has a price, and the miles buy it: that is money, a hard benefit.",
        "double": "Miles buy flights. Twice as many are twice the money: a hard benefit.",
        "fare": "A discount is the hardest benefit of all: it is paid in cash on every ticket.",
    },
)
def soft_benefit():
    """An airline's plan has four benefits for its gold members. One of them is soft. Which?"""
    # hard is money, now or in miles; the lounge is how she is treated
    return "lounge"


soft_benefit.hint("Hard is money, now or in miles. Soft is how she is treated.")


@exercise.number(points=1, level=1, unit="%", within=0.1)
def relative_rise(low, high):
    """A deck's app gives medals in eight levels: "retention after 30 days from {low} % to {high} %". By how many
    percent did it rise, relative to where it was?"""
    return 100 * (high / low - 1)


@relative_rise.mistake("Those are percentage points, the difference of the two rates. Divide by where it was.")
def in_points(low, high):
    return high - low


@relative_rise.mistake("That is how many *times* as high it is. How many percent is it more?")
def in_times(low, high):
    return high / low


@relative_rise.mistake("That is the new rate in percent of the old one. A rise starts from 100 %: take it away.")
def in_percent_of_the_old(low, high):
    return 100 * high / low


@relative_rise.mistake("You divided by the new rate. Relative to where it *was* means by the old one.")
def by_the_new(low, high):
    return 100 * (high - low) / high


relative_rise.hint("What would no rise give? It should be 0 %.")


@exercise.number(points=2, level=1, unit="times the cost of a mail's open", within=0.002)
def cost_of_an_open(part, opens):
    """A push in the app costs 1/{part} of what a mail costs and is opened {opens} % more often. What does an open
    cost by push, if by mail it costs 1?"""
    return 1 / part / (1 + opens / 100)


@cost_of_an_open.mistake("More opens make each *cheaper*: divide by them.")
def multiplied(part, opens):
    return 1 / part * (1 + opens / 100)


@cost_of_an_open.mistake("You divided by the additional opens alone. In all there are 1 + the rise.")
def by_the_rise(part, opens):
    return 1 / part / (opens / 100)


@cost_of_an_open.mistake("You took the rise off the cost. The cost is shared by more opens: divide.")
def taken_off(part, opens):
    return 1 / part * (1 - opens / 100)


@cost_of_an_open.mistake("That is opens for the money. The question asks for money per open: turn it over.")
def opens_per_cost(part, opens):
    return part * (1 + opens / 100)


cost_of_an_open.hint("Take 100 opened mails that cost 100 RMB. What does the push cost, and how many open it?")


@exercise.table(points=3, level=2, within=0.005, partial=True)
def four_stories(fee, saved, growth, friends, motor, home, both):
    """Four success stories with a pencil. (fee) A car rental's club costs {fee} dollars a year and saves a renter
    {saved} dollars' worth of queue each time: at how many rentals a year does it just pay (a fraction counts)? (growth)
    A casino grows {growth} % a year: how many times its size is it after five years? (coupons) A burger for whoever
    deletes ten friends, and {friends:,} were deleted: how many burgers? (both) Of an insurer's 10,000 customers
    {motor:,} have a motor policy, {home:,} a home policy and {both:,} both: how many times as many is that as by
    chance? Build a DataFrame with the columns `story` and `number`, in this order."""
    by_chance = motor / 10_000 * home / 10_000
    numbers = [fee / saved, (1 + growth / 100) ** 5, friends / 10, both / 10_000 / by_chance]
    return pd.DataFrame({"story": ["fee", "growth", "coupons", "both"], "number": numbers})


def stories(case, **instead):
    """The table with another number in one row."""
    table = four_stories.answer(case)
    return table.assign(number=table["story"].map(instead).fillna(table["number"]))


@four_stories.mistake("growth: you added the five years up. Each grows on the one before: (1 + rate) ** 5.")
def growth_added_up(**case):
    return stories(case, growth=1 + 5 * case["growth"] / 100)


@four_stories.mistake("growth: that is how much *more* it is after five years. How many times its size is it?")
def growth_more(**case):
    return stories(case, growth=(1 + case["growth"] / 100) ** 5 - 1)


@four_stories.mistake(
    "both: that is the share with a home policy among those with motor. Divide it by the share among all."
)
def both_is_a_share(**case):
    return stories(case, both=case["both"] / case["motor"])


@four_stories.mistake("coupons: one burger takes ten friends.")
def a_burger_a_friend(**case):
    return stories(case, coupons=case["friends"])


@four_stories.mistake("fee: how many rentals make up for the fee? Divide the fee by what each rental saves.")
def fee_upside_down(**case):
    return stories(case, fee=case["saved"] / case["fee"])


four_stories.hint(
    "both: how many would have both by chance? 10,000 times the share with motor times the share with home."
)
four_stories.hint('pd.DataFrame({"story": ["fee", "growth", "coupons", "both"], "number": [...]})')


@exercise.function(
    points=3,
    level=2,
    within=0.0005,
    shown=[(400, 500, 200, 240), (400, 440, 200, 240), (300, 360, 300, 330)],
)
def program_effect(members_before, members_after, others_before, others_after):
    """Four means, RMB a month: members-to-be and others, in the year before the program and in its first year. Write
    a function `program_effect` that returns what the program added to a member's spend, by the difference in
    differences, as a fraction of what she *would have* spent in the first year without it. Trends are parallel in
    RMB."""
    without = members_before + (others_after - others_before)
    return (members_after - without) / without


@program_effect.hidden_inputs
def other_panels(rng):
    drawn = [
        (int(before), int(before * rng.uniform(1.02, 1.4)), int(other), int(other * rng.uniform(0.9, 1.2)))
        for before, other in zip(rng.integers(250, 600, 8), rng.integers(120, 400, 8), strict=True)
    ]
    return [*drawn, (413, 489, 217, 240)]


@program_effect.mistake("That compares members with others. They differed before the program began: selection.")
def members_against_others(members_before, members_after, others_before, others_after):
    return members_after / others_after - 1


@program_effect.mistake(
    "That compares members with themselves a year ago. The year changed the others as well: take that away."
)
def after_against_before(members_before, members_after, others_before, others_after):
    return members_after / members_before - 1


@program_effect.mistake(
    "The effect in RMB is right, but it is divided by last year's spend. Divide by what she would have spent this "
    "year.",
    worth=0.5,
)
def by_last_year(members_before, members_after, others_before, others_after):
    return (members_after - members_before - others_after + others_before) / members_before


@program_effect.mistake("The effect in RMB is right, but it is divided by spend *with* the program.", worth=0.5)
def by_spend_with_program(members_before, members_after, others_before, others_after):
    return (members_after - members_before - others_after + others_before) / members_after


@program_effect.mistake(
    "That is the effect in RMB. Divide by what she would have spent without the program.", worth=0.5
)
def in_rmb(members_before, members_after, others_before, others_after):
    return members_after - members_before - others_after + others_before


@program_effect.mistake(
    "You subtracted two growth rates, as if the trends were parallel in percent. Here they are parallel in RMB: "
    "subtract the changes in RMB first."
)
def percent_less_percent(members_before, members_after, others_before, others_after):
    return members_after / members_before - others_after / others_before


@program_effect.mistake(
    "You took both trends as parallel in percent. Here they are parallel in RMB: subtract the changes."
)
def parallel_in_percent(members_before, members_after, others_before, others_after):
    return (members_after / members_before) / (others_after / others_before) - 1


program_effect.hint("Without the program a member would have moved as the others did, by as many RMB.")
program_effect.hint("without = members_before + (others_after - others_before)")


@exercise.number(points=2, level=2, unit="customers per arm", within=60)
def arm_size(base, uplift, earned, cost):
    """A name in the mail, with recommended products, can raise conversion by {uplift} %, says a deck: relative to the
    {base} of 100 mails that bring an order today, as we read it. An order earns {earned} RMB; the recommendations cost
    {cost} RMB for 100 mails. So they pay if 100 mails bring more than {cost} / {earned} orders more. How many
    customers must each of two equal arms have, so that a test can tell the deck's rise from that break-even four times
    in five? Use n = 2.8² × (p (1 − p) + q (1 − q)) / d²: p and q are the two conversions as fractions, d is the rise
    less the break-even, a fraction, too. Leave the fraction of a customer or round it up, as you like."""
    p, q = base / 100, base / 100 * (1 + uplift / 100)
    d = q - p - cost / earned / 100
    return 2.8**2 * (p * (1 - p) + q * (1 - q)) / d**2


def arm_for(p, q, d):
    """Customers per arm of a test that finds d."""
    return 2.8**2 * (p * (1 - p) + q * (1 - q)) / d**2


@arm_size.mistake("That test asks whether orders rise at all. Must they not rise by more than what pays the cost?")
def above_nothing(base, uplift):
    p, q = base / 100, base / 100 * (1 + uplift / 100)
    return arm_for(p, q, q - p)


@arm_size.mistake("That test is made to see the break-even. It must see what the rise is *above* it: subtract.")
def break_even_for_difference(base, uplift, earned, cost):
    p, q = base / 100, base / 100 * (1 + uplift / 100)
    return arm_for(p, q, cost / earned / 100)


@arm_size.mistake(
    "So few can show only a huge rise. The deck's is relative, q = p × (1 + rise), and the break-even is one of 100 "
    "mails: make a fraction of it, too."
)
def read_as_points(base, uplift, earned, cost):
    p, q = base / 100, (base + uplift) / 100
    return arm_for(p, q, q - p - cost / earned / 100)


@arm_size.mistake("Those are both arms together. How many in each?")
def both_arms(base, uplift, earned, cost):
    p, q = base / 100, base / 100 * (1 + uplift / 100)
    return 2 * arm_for(p, q, q - p - cost / earned / 100)


arm_size.hint(
    "By how many orders must 100 mails rise to pay the cost, and by how many do they rise, if the deck is right?"
)
arm_size.hint(
    "p = base / 100; q = p * (1 + rise / 100); d = q - p - cost / earned / 100. All three are small fractions."
)


@exercise.number(points=3, level=3, unit="RMB", within=0.02)
def largest_gift(others_after, members_after, effect, margin, back):
    """A member spends {members_after} RMB a month, another customer {others_after}. A test by lot has shown what
    membership does to such another customer: it adds {effect} % to what she spends. Of her sales the shop keeps
    {margin} % before points, and points give {back} % of *all* her sales back. What is the largest welcome gift that
    comes back within twelve months, in RMB? (Nobody leaves, nothing is discounted.)"""
    gain = others_after * effect / 100
    return 12 * (margin / 100 * gain - back / 100 * (others_after + gain))


@largest_gift.mistake("You took the gap between members and others for the effect. Most of it is who joins.")
def gap_for_effect(others_after, members_after, margin, back):
    return 12 * (margin / 100 * (members_after - others_after) - back / 100 * members_after)


@largest_gift.mistake("Points are paid on all her sales, not only on those that are new.")
def points_on_the_new_only(others_after, effect, margin, back):
    return 12 * (margin - back) / 100 * others_after * effect / 100


@largest_gift.mistake("Points are paid on the new sales, too: on all that she spends once she is a member.")
def points_on_the_old_only(others_after, effect, margin, back):
    return 12 * (margin / 100 * others_after * effect / 100 - back / 100 * others_after)


@largest_gift.mistake("The points are missing: what does the shop give back on her sales?")
def no_points(others_after, effect, margin):
    return 12 * margin / 100 * others_after * effect / 100


@largest_gift.mistake("Those are sales. The shop keeps only the margin of what is new.")
def sales_for_margin(others_after, effect, back):
    gain = others_after * effect / 100
    return 12 * (gain - back / 100 * (others_after + gain))


@largest_gift.mistake("You applied the effect to a member's spend. The gift is for one of the others.")
def effect_on_a_member(members_after, effect, margin, back):
    gain = members_after * effect / 100
    return 12 * (margin / 100 * gain - back / 100 * (members_after + gain))


@largest_gift.mistake("That is one month. The gift may come back over twelve.")
def one_month(others_after, effect, margin, back):
    gain = others_after * effect / 100
    return margin / 100 * gain - back / 100 * (others_after + gain)


largest_gift.hint("Three steps: new sales a month, their margin, less points on old and new sales.")
largest_gift.hint("gain = others_after * effect / 100; points cost back / 100 * (others_after + gain) a month.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that members may have spent more before they joined: selection": 1,
        "asks for members' spend before they joined, or for a control group": 1,
        "proposes a lot among those who wish to join, or among those offered, and counts all who were offered": 1,
        "says what would be measured: margin after the cost of the program, not opens or sales alone": 1,
        "says what number would make the answer yes, and what would make it no": 1,
    },
    half=[
        "says that correlation is no cause, and not that members may have been different before",
        "asks for one, without saying what it is held against",
        "proposes a lot, and counts only those who joined",
        "names the margin or the cost, not both",
        "says what makes it yes or what makes it no, not both",
    ],
)
def twice_as_much():
    """The director writes: "Members of Amazon Prime spend twice as much as other customers, and ours too. Let us make
    all our customers members, for 200 RMB each." Answer in four to six sentences: what does the number show, what does
    it not show, and how would you find out?"""
    return (
        "That members spend twice as much shows who joins, not what joining does: those who buy a lot have most to "
        "gain, and a program that does nothing would show the same gap. I would first look at what our members spent "
        "in the year before they joined, and compare their change with the change of the others; in our panel the "
        "program did 12 of the 104 %. Nor need those who have not joined gain as much as those who wanted to. So let "
        "us ask who would join, admit a random half of them, and compare the profit, less points and gifts, of all who "
        "were drawn with that of the other half, over a year. If the interval of the difference lies above 0, the "
        "gift pays and I sign; if it lies below, I do not; the test must be large enough to tell the two apart."
    )


@exercise.turn.number(unit="RMB a month", within=0.1)
def without_program():
    """Members-to-be spent 412.9 RMB a month in 2023. The others rose from 216.7 to 239.9. Had members risen by as many
    RMB as the others, what would a member have spent in 2024?"""
    return 412.9 + (239.9 - 216.7)


@without_program.mistake("That is as many *percent* as the others. Here they rise by as many RMB: add the 23.2.")
def as_many_percent():
    return 412.9 * 239.9 / 216.7


@without_program.mistake("That is what she spent the year before. The year itself lifted everybody: add what it did.")
def as_in_2023():
    return 412.9


@without_program.mistake("That is what the others spent. Members bought more before there was a program: start there.")
def as_the_others():
    return 239.9


@without_program.mistake("That is what members did spend, *with* the program.")
def with_program():
    return 489.0


without_program.hint("Where did members start, and by how many RMB did those without a program rise?")
without_program.hint("412.9 plus the others' change.")


@exercise.turn.number(unit="as a fraction", within=0.0085)
def own_growth():
    """The program adds 12 %. If joiners grow by 11 % without it, the difference in differences says 23.8 %; if by 12 %,
    24.8. At which growth does it claim twice the truth?"""
    return 0.11 + 0.01 * (24 - 23.8) / (24.8 - 23.8)


@own_growth.mistake("That is what it is to claim in all. 12 % of it are the program's.")
def whole_claim():
    return 0.24


@own_growth.mistake(
    "Half and half? There it says 18.5 %. All of their own growth is booked to the program, point by point."
)
def half_and_half():
    return 0.06


own_growth.hint("Move joiners' own growth alone, and read the difference in differences.")
own_growth.hint("Without growth of their own it says 12.1 %. How much is missing to 24?")


@exercise.turn.number(unit="customers an arm", within=250)
def arm_at_2_percent():
    """At a base rate of 20 %, 1,400 customers an arm find +22 % (relative) four times in five. How many does it take at
    a base rate of 2 %?"""
    return experiments.sample_size(0.02, relative=0.22)


@arm_at_2_percent.mistake(
    "Ten times rarer takes more than ten times as many: 14,000 find it 70 % of the time. A rarer answer is noisier for "
    "its size."
)
def ten_times_as_many():
    return 14_000


@arm_at_2_percent.mistake("1,400 find it about one time in eight there. It takes many more.")
def as_at_20_percent():
    return 1_400


arm_at_2_percent.hint("Set the base rate to 2 %, then move the customers an arm up until it is 80 % of the time.")
arm_at_2_percent.hint("Between 17,000 and 18,000.")


@exercise.turn.number(unit="stamps", within=0.4)
def stamps_for_a_fifth():
    """Ten purchases fill a card, 3.5 days apart at first, and she gets up to 60 % faster near the reward. How many
    stamps must you give away, on a card that is longer by as many, to save a fifth of the time?"""
    days = [loyalty.goal_gradient(10 + given, 3.5, 0.6, head_start=given)["elapsed"].iloc[-1] for given in range(11)]
    return sum(each > 0.8 * max(days) for each in days)


@stamps_for_a_fifth.mistake(
    "Two stamps save 7.5 %, but five do not save two and a half times that: each further stamp saves less than the one "
    "before. Five save 15.1 %."
)
def in_proportion():
    return 5


@stamps_for_a_fifth.mistake("A fifth of ten purchases is not a fifth of the time: two stamps save 7.5 %.")
def a_fifth_of_the_card():
    return 2


@stamps_for_a_fifth.mistake("Seven save 18.6 %. One more.")
def one_too_few():
    return 7


stamps_for_a_fifth.hint(
    "Set the speed-up to 60 %, then give one stamp more at a time, and read how much less it takes."
)
stamps_for_a_fifth.hint("Four save 12.9 %, and each further one less than the one before.")


@exercise.turn.number(unit="customers in each half", within=800)
def in_each_half():
    """A customer who is offered 60 RMB brings 5.5 RMB more a year than she costs, if we are right; the spread of profit
    a year is 225 RMB. How many must each half have: n = 2 (2.8 x spread / difference) squared?"""
    return 2 * (2.8 * 225 / 5.5) ** 2


@in_each_half.mistake(
    "That is a test against nothing: 77 RMB, a third of them take it. The gift must come back: 77 - 60 = 17 is the bar."
)
def against_nothing():
    return 2 * (2.8 * 225 / (77 / 3)) ** 2


@in_each_half.mistake("17 RMB is what a *taker* brings. All who were offered are counted, and a third take it: 5.5.")
def takers_alone():
    return 2 * (2.8 * 225 / 17) ** 2


@in_each_half.mistake(
    "Nearly: you took a third of 17, which is rounded. A third of the unrounded number is 5.5, as printed."
)
def a_third_of_the_rounded():
    return 2 * (2.8 * 225 / (17 / 3)) ** 2


@in_each_half.mistake("Both halves vary by chance: the spread counts twice. Multiply by 2.")
def one_half_varies():
    return (2.8 * 225 / 5.5) ** 2


@in_each_half.mistake("The ratio is squared: half the difference takes four times as many customers.")
def not_squared():
    return 2 * 2.8 * 225 / 5.5


in_each_half.hint("Which difference must the test see: that of a taker, or that of a customer who was offered?")
in_each_half.hint("2 * (2.8 * 225 / 5.5) ** 2")
