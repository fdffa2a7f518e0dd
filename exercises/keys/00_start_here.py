"""The start page: what it asks in between, on CDNOW's own rows. It has no exercise."""

import numpy as np

from clvlib.course import Exercise, load

exercise = Exercise("00_start_here", title="Start here", minutes=0)

log = load("cdnow")  # under the names that the lesson gives them
revenue = log.groupby("customer_id")["amount"].sum()
days_bought = log.groupby("customer_id")["date"].nunique()
came_back = days_bought > 1


@exercise.turn.number(unit="discs", within=0.005)
def discs_an_order():
    """How many discs are in an order, on average?"""
    return log["cds"].mean()


@discs_an_order.mistake("Those are dollars. How many discs? Take the column cds.")
def dollars_an_order():
    return log["amount"].mean()


@discs_an_order.mistake("Those are all discs together. An average order needs the mean: .mean() in place of .sum().")
def all_discs():
    return log["cds"].sum()


@discs_an_order.mistake("That is how many a customer bought in all. The question is about one order, which is one row.")
def discs_a_customer():
    return log["cds"].sum() / len(revenue)


@discs_an_order.mistake(
    "That is the median, the order in the middle. An average adds all orders up and shares out: take the mean."
)
def discs_in_the_middle():
    return log["cds"].median()


discs_an_order.hint("The cell above has the mean of another column. Which column counts the discs?")
discs_an_order.hint('The column is log["cds"], and a column knows its mean: .mean().')


@exercise.turn.number(unit="a share, as a fraction", within=0.0006)
def their_share():
    """What share of all the money did those who came back bring?"""
    return revenue[came_back].sum() / revenue.sum()


@their_share.mistake("That is their share of the customers. The question is about their share of the money.")
def of_the_customers():
    return came_back.mean()


@their_share.mistake(
    "That is what one of them brought, in dollars. Divide what all of them brought by what everybody brought."
)
def mean_of_one():
    return revenue[came_back].mean()


@their_share.mistake("That is what the others brought, who never came back.")
def of_the_others():
    return revenue[~came_back].sum() / revenue.sum()


@their_share.mistake("That is their money in dollars. Divide it by the money of all: / revenue.sum().")
def in_dollars():
    return revenue[came_back].sum()


@their_share.mistake("You divided one mean by another. A share of the money divides one sum by another.")
def of_means():
    return revenue[came_back].mean() / revenue.mean()


their_share.hint("Whose money stands above the line, and whose below?")
their_share.hint("Above the line stands revenue[came_back].sum(), below it the sum of everybody's revenue.")


@exercise.turn.number(unit="a share, as a fraction", within=0.006)
def own_rule():
    """20 and 80 add up to 100. Which best share of these customers brings exactly the rest of 100 % of the money?"""
    brought = revenue.sort_values(ascending=False).cumsum() / revenue.sum()
    best = np.arange(1, len(revenue) + 1) / len(revenue)
    return best[best + brought >= 1].min()


@own_rule.mistake("That is the saying. Here the best 20 % bring 67 %, and 20 and 67 are 87. Go on.")
def the_saying():
    return 0.20


@own_rule.mistake("They bring 80 %: that answers another question. Here 33 and 80 are 113. Go back a little.")
def who_brings_eighty():
    return 0.33


@own_rule.mistake("That is how much money they bring. Say how many of the customers they are.")
def what_they_bring():
    return 0.74


@own_rule.mistake("A step short: 25 and 73 are 98.")
def a_step_short():
    return 0.25


@own_rule.mistake("A step too far: 27 and 75 are 102.")
def a_step_too_far():
    return 0.27


own_rule.hint("Read both numbers in the sentence under the picture. Do they add up to more than 100, or to less?")
own_rule.hint("At 20 they add up to 87, at 33 to 113. The place lies about half way.")
