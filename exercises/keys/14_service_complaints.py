"""Exercise 14, service and complaints: agents, promises, what is solved, what is behind it, and what pays."""

import math

import pandas as pd

from clvlib import service
from clvlib.course import Exercise

exercise = Exercise("14_service_complaints", title="Service and complaints", minutes=35, uses=["service"])

CLASSES = ["P0", "P1", "P2"]
FAULTS = ["late delivery", "damaged parcel", "fan noise", "wrong item", "manual unclear"]


@exercise.case
def shop(rng):
    """Another shop with another line and other tickets."""
    met = [int(rng.integers(*ends)) for ends in ((60, 100), (150, 220), (400, 520))]
    late = [int(rng.integers(*ends)) for ends in ((4, 12), (15, 30), (40, 80))]
    overdue = [int(rng.integers(*ends)) for ends in ((3, 8), (10, 25), (50, 90))]
    pending = [int(rng.integers(*ends)) for ends in ((2, 5), (5, 12), (20, 40))]
    solved_before = int(rng.integers(55, 67))
    tickets = [int(rng.integers(*ends)) for ends in ((330, 400), (210, 260), (90, 120), (150, 180), (50, 75))]
    heavy_few, heavy_many = int(rng.integers(8, 14)) * 10, int(rng.integers(20, 30)) * 10
    light_few, light_many = int(rng.integers(25, 35)) * 10, int(rng.integers(8, 14)) * 10
    heavy, light = rng.uniform(0.68, 0.80), rng.uniform(0.28, 0.40)
    if abs(light_few + light_many - heavy_few - heavy_many) < 20:
        light_few += 50  # or to weigh the kinds would change nothing
    return dict(
        calls=int(rng.integers(16, 29) * 5),
        handle=int(rng.choice([240, 270, 300, 330, 360])),
        classes=CLASSES,
        promised=[95, 90, int(rng.choice([85, 90]))],
        met=met,
        late=late,
        overdue=overdue,
        pending=pending,
        solved_before=solved_before,
        solved_after=solved_before + int(rng.integers(9, 15)),
        causes=FAULTS,
        tickets=[tickets[place] for place in rng.permutation(5)],
        contacts=[float(rng.integers(*ends)) / 10 for ends in ((11, 14), (14, 17), (24, 32), (13, 16), (17, 21))],
        months=int(rng.integers(3, 9)),
        heavy_few=heavy_few,
        heavy_few_back=round(heavy_few * heavy),
        heavy_many=heavy_many,
        heavy_many_back=round(heavy_many * (heavy + rng.uniform(0.01, 0.05))),
        light_few=light_few,
        light_few_back=round(light_few * light),
        light_many=light_many,
        light_many_back=round(light_many * (light + rng.uniform(-0.10, -0.04))),
    )


@exercise.textbook
def hotline():
    return dict(
        calls=100,
        handle=300,
        classes=CLASSES,
        promised=[95, 90, 90],
        met=[90, 208, 550],
        late=[8, 32, 97],
        overdue=[5, 11, 61],
        pending=[3, 8, 25],
        solved_before=65,
        solved_after=85,
        causes=["wrong item", "damaged parcel", "fan noise", "manual unclear", "late delivery"],  # not yet in order
        tickets=[188, 238, 107, 60, 376],
        contacts=[1.4, 1.5, 2.6, 1.9, 1.4],
        months=4,
        heavy_few=100,
        heavy_few_back=75,
        heavy_many=250,
        heavy_many_back=195,
        light_few=300,
        light_few_back=105,
        light_many=100,
        light_many_back=30,
    )


@exercise.number(points=2, level=1, unit="agents", within=0)
def agents_for_twice(calls, handle):
    """A line gets {calls} calls an hour, and a call keeps an agent busy for {handle} seconds. From next month on it
    will be twice as many calls. How many agents does it take then, until 90 % are answered within 60 seconds?"""
    return service.agents_needed(2 * calls, handle, target=0.9, within_seconds=60)


@agents_for_twice.mistake(
    "You sized the line for today's calls and doubled the agents. A larger line needs less spare time for each call: "
    "size it for twice the calls."
)
def doubled_agents(calls, handle):
    return 2 * service.agents_needed(calls, handle, target=0.9, within_seconds=60)


@agents_for_twice.mistake(
    "That is the work, rounded up. Calls come at random: with so few agents there is hardly ever one free."
)
def work_rounded_up(calls, handle):
    return math.floor(2 * calls * handle / 3600) + 1


@agents_for_twice.mistake(
    "That is the work. Calls come at random, and agents are whole: how many does it take that one is free in time?"
)
def work_alone(calls, handle):
    return 2 * calls * handle / 3600


@agents_for_twice.mistake("That is for today's calls. Next month it will be twice as many.")
def todays_calls(calls, handle):
    return service.agents_needed(calls, handle, target=0.9, within_seconds=60)


agents_for_twice.hint("Erlang C does not go up in proportion. Put twice the calls into it.")
agents_for_twice.hint("`service.agents_needed(arrivals_per_hour, handle_seconds, target, within_seconds)`")


@exercise.choice(
    points=1,
    level=1,
    options={
        "picky": "answer politely that no fault was found: the mothers are picky",
        "pay": "give every one of them compensation, and close the tickets",
        "reply": "see to it that all of them get a reply within 24 hours",
        "look": "have some of the computers opened in the workshop, and hold the sale until then",
    },
    wrong={
        "picky": (
            "The mothers are the same as before, the complaints are new, and two in three say it twice. What has "
            "changed?"
        ),
        "pay": "The fans will go on howling, in every computer sold tomorrow. Money ends a ticket, not a cause.",
        "reply": "They get a reply already. It says that there is no fault, and it does not stop the fan.",
    },
)
def fan_noise():
    """For years nobody complained that a learning computer is too loud, like an electric fan. For {months} months now
    mothers have, every week. Agents answer "no fault found", and two in three complain again. What comes first?"""
    # people are as they were, the complaints are new: something in the computers changed, and only the workshop sees it
    return "look"


fan_noise.hint("Five steps: accept, diagnose, solve, call back, improve. At which one does the loop break?")


@exercise.table(points=3, level=2, within=0.05)
def gap_table(classes, promised, met, late, overdue, pending):
    """On the day of the report, the tickets of each class are closed in time (`met`), closed too late (`late`), open
    and over the limit (`overdue`), or open and within it (`pending`). `promised` says how many percent were to be
    closed in time. Build a DataFrame with the columns `class`, `measured` (percent closed in time, of the tickets for
    which that is settled) and `gap` (measured less promised, in points), in the order of `classes`."""
    table = pd.DataFrame({"class": classes, "met": met, "late": late, "overdue": overdue})
    table["measured"] = 100 * table["met"] / (table["met"] + table["late"] + table["overdue"])
    table["gap"] = table["measured"] - promised
    return table[["class", "measured", "gap"]]


def gaps(promised, met, others, sign=1):
    """The table, if `others` are the tickets that were not met."""
    measured = [100 * yes / (yes + no) for yes, no in zip(met, others, strict=True)]
    gap = [sign * (here - there) for here, there in zip(measured, promised, strict=True)]
    return pd.DataFrame({"class": CLASSES, "measured": measured, "gap": gap})


@gap_table.mistake(
    "You left the open tickets out. Those that are over their limit have missed it: count them as missed."
)
def open_dropped(promised, met, late):
    return gaps(promised, met, late)


@gap_table.mistake("You counted pending tickets as missed. They may still be closed in time: leave them out.")
def pending_missed(promised, met, late, overdue, pending):
    return gaps(promised, met, [sum(kinds) for kinds in zip(late, overdue, pending, strict=True)])


@gap_table.mistake("You counted pending tickets as met. Nobody knows yet: leave them out.")
def pending_met(promised, met, late, overdue, pending):
    kept = [yes + open_ for yes, open_ in zip(met, pending, strict=True)]
    return gaps(promised, kept, [sum(kinds) for kinds in zip(late, overdue, strict=True)])


@gap_table.mistake(
    "The gap has the wrong sign: measured less promised. A promise that was not kept is negative.", worth=0.5
)
def promised_less_measured(promised, met, late, overdue):
    return gaps(promised, met, [sum(kinds) for kinds in zip(late, overdue, strict=True)], sign=-1)


gap_table.hint("For which tickets is it settled whether the promise was kept? Three of the four kinds.")
gap_table.hint("measured = 100 * met / (met + late + overdue)")


@exercise.number(points=2, level=1, unit="%", within=0.05)
def fewer_unsolved(solved_before, solved_after):
    """A chatbot lifts first-contact resolution from {solved_before} to {solved_after} %. By how many percent does the
    number of customers fall who are left *unsolved* at first contact, if as many come as before? Give the fall as a
    positive number."""
    return 100 * (solved_after - solved_before) / (100 - solved_before)


@fewer_unsolved.mistake("Those are percentage points. The question asks how large a part of the unsolved is gone.")
def points_only(solved_before, solved_after):
    return solved_after - solved_before


@fewer_unsolved.mistake("That is how many more are solved, relative to the solved. Look at those who are left.")
def relative_to_solved(solved_before, solved_after):
    return 100 * (solved_after - solved_before) / solved_before


@fewer_unsolved.mistake("That is the part of the unsolved that remains. How much of it is gone?")
def what_remains(solved_before, solved_after):
    return 100 * (100 - solved_after) / (100 - solved_before)


@fewer_unsolved.mistake("You divided by those left unsolved *afterwards*. A fall is measured from where it starts.")
def from_the_end(solved_before, solved_after):
    return 100 * (solved_after - solved_before) / (100 - solved_after)


fewer_unsolved.hint("How many of 100 are unsolved before, how many after?")
fewer_unsolved.hint("The fall, divided by the number before, times 100.")


@exercise.table(points=3, level=2, within=0.005)
def pareto(causes, tickets, contacts):
    """A complaint costs what it keeps people busy. The lists `causes`, `tickets` and `contacts` give the causes, how
    many tickets each has, and how many contacts such a ticket takes on average. Build a DataFrame with the columns
    `cause`, `total` (contacts in all) and `cumulative_share` (of all contacts, a fraction, down to this cause), the
    heaviest cause first."""
    totals = {cause: many * each for cause, many, each in zip(causes, tickets, contacts, strict=True)}
    table = service.pareto_table(totals).reset_index().rename(columns={"count": "total"})
    return table[["cause", "total", "cumulative_share"]]


def causes_by(causes, weights, totals, cumulate=True, heaviest_first=True):
    """The table, ordered and cumulated by these weights."""
    table = pd.DataFrame({"cause": causes, "total": totals, "weight": weights})
    table = table.sort_values("weight", ascending=not heaviest_first, kind="stable", ignore_index=True)
    share = table["weight"] / table["weight"].sum()
    table["cumulative_share"] = share.cumsum() if cumulate else share
    return table[["cause", "total", "cumulative_share"]]


def work(tickets, contacts):
    return [many * each for many, each in zip(tickets, contacts, strict=True)]


@pareto.mistake("You counted tickets. The question weighs them: tickets times the contacts that each takes.")
def by_tickets(causes, tickets):
    return causes_by(causes, tickets, tickets)


@pareto.mistake("Those are the shares of the single causes. Add them up from the top: `.cumsum()`.")
def not_cumulated(causes, tickets, contacts):
    return causes_by(causes, work(tickets, contacts), work(tickets, contacts), cumulate=False)


@pareto.mistake("The lightest cause is on top. A Pareto table starts with the heaviest: `ascending=False`.")
def lightest_first(causes, tickets, contacts):
    return causes_by(causes, work(tickets, contacts), work(tickets, contacts), heaviest_first=False)


@pareto.mistake("You added up in the order of the lists. Sort first: the heaviest cause on top, then `.cumsum()`.")
def not_sorted(causes, tickets, contacts):
    table = pd.DataFrame({"cause": causes, "total": work(tickets, contacts)})
    return table.assign(cumulative_share=table["total"].cumsum() / table["total"].sum())


pareto.hint("First multiply tickets by contacts. Then sort, then cumulate, in this order.")
pareto.hint("`service.pareto_table({...})` takes a dict of cause to total; `.reset_index()` makes `cause` a column.")


@exercise.function(
    points=2,
    level=2,
    within=0.01,
    shown=[(98, 33, 30), (98, 33, 10), (80, 100, 20)],
    partial=True,
)
def score(own, shared, weight):
    """A department's score is made of its own goal and of one that it shares with others, both in points. `weight` is
    the shared goal's part of the score in percent; but this firm's own rule (ours, no source's) is at least 20 %,
    whatever the department proposes. Write a function `score` of own, shared and weight that returns the points."""
    part = max(weight, 20) / 100
    return (1 - part) * own + part * shared


@score.hidden_inputs
def other_departments(rng):
    drawn = zip(rng.integers(60, 101, 6), rng.integers(10, 60, 6), [0, 5, 15, 25, 40, 60], strict=True)
    return [tuple(int(number) for number in row) for row in drawn]


@score.mistake("You let a department propose less than 20 %. Take the larger of the two: `max(weight, 20)`.")
def no_minimum(own, shared, weight):
    return (1 - weight / 100) * own + weight / 100 * shared


@score.mistake("`weight` is in percent. Divide it by 100 to make a part of it.")
def percent_for_part(own, shared, weight):
    return (1 - weight) * own + weight * shared


@score.mistake("You swapped the parts: `weight` is the part of the *shared* goal.")
def swapped(own, shared, weight):
    part = max(weight, 20) / 100
    return part * own + (1 - part) * shared


@score.mistake("You always take 20 %. That is the least; a department may propose more.")
def always_the_minimum(own, shared, weight):
    return 0.8 * own + 0.2 * shared


@score.mistake("You added the shared goal on top of the whole own one. The two parts must make 100 %.")
def on_top(own, shared, weight):
    return own + max(weight, 20) / 100 * shared


score.hint("Two parts that make one whole: `part` of the shared goal, `1 - part` of the own one.")
score.hint("`part = max(weight, 20) / 100`")


@exercise.number(points=3, level=3, unit="points", within=0.05)
def recovery_effect(
    heavy_few,
    heavy_few_back,
    heavy_many,
    heavy_many_back,
    light_few,
    light_few_back,
    light_many,
    light_many_back,
):
    """After a failure some customers got much care, some little. Of the heavy buyers, {heavy_many_back} of {heavy_many}
    with much care bought again, and {heavy_few_back} of {heavy_few} with little; of the light buyers, {light_many_back}
    of {light_many} with much and {light_few_back} of {light_few} with little. Compare like with like: by how many
    percentage points do those with much care come back more often, if each kind of buyer counts by its number of
    customers?"""
    heavy = heavy_many_back / heavy_many - heavy_few_back / heavy_few
    light = light_many_back / light_many - light_few_back / light_few
    heavy_weight = heavy_few + heavy_many
    light_weight = light_few + light_many
    return 100 * (heavy * heavy_weight + light * light_weight) / (heavy_weight + light_weight)


def among(kind, **case):
    """The difference among the buyers of one kind (fraction)."""
    return case[f"{kind}_many_back"] / case[f"{kind}_many"] - case[f"{kind}_few_back"] / case[f"{kind}_few"]


@recovery_effect.mistake(
    "You threw all customers together. Much care went to the heavy buyers, and they come back anyway: compare heavy "
    "with heavy, light with light."
)
def all_together(**case):
    many = (case["heavy_many_back"] + case["light_many_back"]) / (case["heavy_many"] + case["light_many"])
    few = (case["heavy_few_back"] + case["light_few_back"]) / (case["heavy_few"] + case["light_few"])
    return 100 * (many - few)


@recovery_effect.mistake("That is the lead among the heavy buyers. The light ones count as well.")
def heavy_alone(**case):
    return 100 * among("heavy", **case)


@recovery_effect.mistake("That is the difference among the light buyers. The heavy ones count as well.")
def light_alone(**case):
    return 100 * among("light", **case)


@recovery_effect.mistake(
    "You let only the customers with much care decide how much each kind counts. The question weighs by *all* of a "
    "kind's customers."
)
def weighed_by_the_cared(**case):
    heavy, light = case["heavy_many"], case["light_many"]
    return 100 * (among("heavy", **case) * heavy + among("light", **case) * light) / (heavy + light)


@recovery_effect.mistake("You let both kinds count the same. Here a kind counts by its number of customers.")
def both_the_same(**case):
    return 100 * (among("heavy", **case) + among("light", **case)) / 2


recovery_effect.hint("First the two differences: among the heavy buyers, and among the light ones.")
recovery_effect.hint("Then their mean, weighed by heavy_few + heavy_many and light_few + light_many.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that contained is not solved, and asks what came back over all channels": 1,
        "says that agents do not fall in proportion to calls: what is left is a smaller line, with harder calls": 1,
        "asks for peak hours, or for the service level that would be left": 1,
        "says that 90 % of closed tickets leaves out the open ones": 1,
        "proposes a test with callers sent to bot or agent by lot, before anybody goes": 1,
    },
    half=[
        "says that one contact is not all, and not what came back",
        "says that 40 % is too many, without why",
        "speaks of waiting in general, and of no peak and no level",
        "says that the 90 % is a selection, and not of what",
        "asks for a test without a lot, or while agents go already",
    ],
)
def bot_or_people():
    """The seller of a chatbot writes: "Our bot closes 80 % of common issues in one contact. You can let 40 % of your
    agents go. In a pilot, 90 % of closed tickets were closed in time." Advise your director in four to six sentences:
    what do the three numbers show, what do they leave out, and what would you do before anybody goes?"""
    return (
        "Closed in one contact is containment: whoever gave up on the bot is counted, too, so I would ask how many of "
        "these matters came back, by any channel. Even if 40 % of the calls were gone, 40 % of the agents could not "
        "go: a smaller line needs relatively more spare time to answer promptly, the calls that are left are the hard "
        "and long ones, and the line must hold at the peak hour and not on average. The 90 % speaks of closed tickets "
        "only; the ones that are open and overdue are missed as well and are left out. I would send callers to the bot "
        "or to an agent by lot for two months, count what is solved and not reopened in either group, and measure the "
        "share answered within a minute hour by hour. Only then would I compute how many agents the rest needs, and "
        "let vacancies do the rest."
    )


@exercise.turn.number(unit="calls an hour", within=2.5)
def calls_for_half():
    """Twelve agents answer 92 % of 100 calls an hour within 60 seconds; a call keeps an agent 300 seconds. Calls go up
    in steps of 5. At how many is fewer than half answered in time?"""
    return min(calls for calls in range(100, 145, 5) if service.service_level(12, calls, 300, 60) < 0.5)


@calls_for_half.mistake("Twice the calls are far too many: the work is then more than twelve agents can do at all.")
def twice_the_calls():
    return 200


@calls_for_half.mistake(
    "There the queue grows without end, or nearly. Fewer than half are answered in time well before that."
)
def no_end():
    return 145


@calls_for_half.mistake("There 60 % are still answered in time. One step more.")
def still_more_than_half():
    return 125


calls_for_half.hint("Leave the agents at 12, move the calls up by fives, and read the share answered.")
calls_for_half.hint("At 120 it is 70 %. From there each step costs more than the one before.")


@exercise.turn.number(unit="hours", within=2.5)
def limit_for_95():
    """Of the 346 closed P3 tickets, 327 were closed within 274 hours and 329 within 276. At which limit were 95 % of
    the closed ones in time?"""
    return 274 + 2 * (0.95 * 346 - 327) / (329 - 327)


@limit_for_95.mistake("A week makes 87.0 % of the closed ones. Go on.")
def a_week():
    return 168


@limit_for_95.mistake("At 14 days it is 97.1 %, and 95 % are reached before.")
def two_weeks():
    return 336


@limit_for_95.mistake("Those are days. Give hours, as beside the slider: times 24.")
def in_days():
    return (274 + 2 * (0.95 * 346 - 327) / (329 - 327)) / 24


limit_for_95.hint("Choose P3, move the limit up, and read the share of those closed.")
limit_for_95.hint("Between 11 and 12 days, and 24 hours make a day.")


@exercise.turn.number(unit="causes", within=0.4)
def causes_for_half():
    """Of the tickets that came back, the causes make 22, 21, 13, 12 % and less, the heaviest first. How many of the
    causes make half?"""
    return int((pd.Series([22, 21, 13, 12]).cumsum() < 50).sum()) + 1


@causes_for_half.mistake('Two of ten are the saying, "80/20". Here two make 43 %.')
def as_the_saying_goes():
    return 2


@causes_for_half.mistake("Half of the causes make more than half: they are not equally heavy.")
def half_of_the_causes():
    return 5


causes_for_half.hint("Weigh by what came back, then end one cause more at a time, and read the share.")
causes_for_half.hint("Two make 43 %.")


@exercise.turn.number(unit="calls an hour", within=0.5)
def calls_left():
    """The bot gets 40 of 100 calls an hour. It contains 77.1 % of them, and 27.4 % of the 40 come back after that. How
    many calls reach the agents, the other 60 included?"""
    return 60 + 40 * (1 - 0.771 + 0.274)


@calls_left.mistake("You took what is contained for solved. 27.4 % of the 40 come back, and somebody must answer them.")
def contained_is_solved():
    return 60 + 40 * (1 - 0.771)


@calls_left.mistake("That is what comes through of the 40. The other 60 call the agents as before.")
def without_the_others():
    return 40 * (1 - 0.771 + 0.274)


@calls_left.mistake("That is if the bot settled all that it gets.")
def all_settled():
    return 60


@calls_left.mistake("Those who come back are 27.4 % of all 40, not of those whom the bot contains.")
def of_the_contained():
    return 60 + 40 * (1 - 0.771 + 0.771 * 0.274)


calls_left.hint("Of 40: how many are not contained, how many come back?")
calls_left.hint("Only what the bot solves is gone: 49.7 % of the 40.")


@exercise.turn.number(unit="tickets", within=0.3)
def noise_expected():
    """From November to December all other tickets fell from 361 to 205. The noise cases were 40 in November. How many
    should December bring, had they followed the others?"""
    return 40 * 205 / 361


@noise_expected.mistake("Tickets, not a share: take 40 times what is left of the others.")
def the_share_left():
    return 205 / 361


@noise_expected.mistake("That is by how many they should fall. Say how many should come.")
def the_fall():
    return 40 * (1 - 205 / 361)


@noise_expected.mistake("Without a neighbour one expects no change. But there is one, and it fell.")
def no_change():
    return 40


noise_expected.hint("Which share of November's number did the others have in December?")
noise_expected.hint("205 / 361 of 40.")


@exercise.turn.number(unit="weeks", within=0.5)
def weeks_to_pay_back():
    """107 noise cases came in 16 weeks, and a case costs 90 RMB. To open ten computers and mend what they show costs
    12,000 RMB. After how many weeks is that back, if the cases end?"""
    return 12_000 / (90 * 107 / 16)


@weeks_to_pay_back.mistake("That is the number of *cases* that pay for it. How many weeks bring so many?")
def cases_that_pay():
    return 12_000 / 90


@weeks_to_pay_back.mistake("107 cases came in 16 weeks, not in one.")
def all_in_a_week():
    return 12_000 / (90 * 107)


@weeks_to_pay_back.mistake("You took one case a week. There are 107 in 16 weeks.")
def cases_by_weeks():
    return 12_000 / (90 * 16)


weeks_to_pay_back.hint("What do the noise cases cost in a week?")
weeks_to_pay_back.hint("107 / 16 cases a week, 90 RMB each: about 600 RMB.")
