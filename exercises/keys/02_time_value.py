"""Exercise 2, time value: discount by hand, say the timing, and take big claims apart."""

import numpy as np
import pandas as pd

from clvlib import value
from clvlib.course import Exercise

exercise = Exercise("02_time_value", title="Time value", minutes=30, uses=["value"])


@exercise.case
def contract(rng):
    """A customer, a carmaker's claim and an airline's, of the same kind with numbers of their own."""
    return dict(
        payment=int(rng.integers(6, 31) * 100),
        years=int(rng.integers(4, 8)),
        rate=float(rng.integers(4, 13) / 100),
        car_claim=int(rng.integers(20, 61) * 10_000),
        car_years=int(rng.choice([40, 45, 50])),
        air_claim=int(rng.integers(7, 16) * 10_000),
        air_years=int(rng.choice([30, 32, 35])),
        trips=int(rng.integers(4, 10)),
    )


@exercise.textbook
def thousand_a_year():
    return dict(
        payment=1000,
        years=5,
        rate=0.05,
        car_claim=400_000,
        car_years=50,
        air_claim=100_000,
        air_years=30,
        trips=6,
    )


@exercise.table(points=2, level=1, within=0.01)
def each_payment(payment, years, rate):
    """A customer pays {payment:,} RMB at the end of each of the next {years} years. Money costs {rate:.0%} a year.
    Build a DataFrame with the columns `year` (1 to {years}) and `present_value`: what each payment is worth today, in
    RMB."""
    year = range(1, years + 1)
    return pd.DataFrame({"year": year, "present_value": [payment / (1 + rate) ** k for k in year]})


def row_by_row(years, worth):
    """The table with `worth(year)` in the second column."""
    year = range(1, years + 1)
    return pd.DataFrame({"year": year, "present_value": [worth(k) for k in year]})


@each_payment.mistake("Your first payment is not discounted: you put it at the start of year 1. It comes at the end.")
def starts_now(payment, years, rate):
    return row_by_row(years, lambda k: payment / (1 + rate) ** (k - 1))


@each_payment.mistake("You count the years from 0. The first payment comes at the end of year 1.")
def years_from_0(payment, years, rate):
    return pd.DataFrame({"year": range(years), "present_value": [payment / (1 + rate) ** k for k in range(years)]})


@each_payment.mistake("Every payment is divided once, so all wait one year. The exponent is the year: ** year.")
def all_wait_one_year(payment, years, rate):
    return row_by_row(years, lambda k: payment / (1 + rate))


@each_payment.mistake("You multiplied. Looking ahead, divide: a payment that comes later is worth less today.")
def grows_instead(payment, years, rate):
    return row_by_row(years, lambda k: payment * (1 + rate) ** k)


@each_payment.mistake("You divided by 1 + rate * year. Interest earns interest: (1 + rate) ** year.")
def simple_interest(payment, years, rate):
    return row_by_row(years, lambda k: payment / (1 + rate * k))


@each_payment.mistake("You took payment * rate off each year. Dividing by 1 + rate, once a year, is not the same.")
def straight_line(payment, years, rate):
    return row_by_row(years, lambda k: payment * (1 - rate * k))


each_payment.hint("A payment one year away is divided by 1 + rate once, two years away twice.")
each_payment.hint(
    'pd.DataFrame({"year": year, "present_value": [payment / (1 + rate) ** k for k in year]}) with a range as `year`.'
)


@exercise.number(points=1, level=1, unit="RMB", within=0.5)
def all_payments(payment, years, rate):
    """What are all {years} payments together worth today, in RMB?"""
    return value.annuity(payment, rate, years, timing="end")


@all_payments.mistake(
    "You divided every payment once. Only the first waits one year; the last waits as many as there are."
)
def exponent_dropped(payment, years, rate):
    return years * payment / (1 + rate)


@all_payments.mistake(
    "You found the present value and divided it by the rate. That rule turns a payment for ever into a value; a "
    "present value is no payment. Stop one step earlier."
)
def divided_again(payment, years, rate):
    return value.annuity(payment, rate, years) / rate


@all_payments.mistake("You put the payments at the start of each year. They come at the end, the first in a year.")
def paid_in_advance(payment, years, rate):
    return value.annuity(payment, rate, years, timing="start")


@all_payments.mistake("That is what they add up to when they come. What is each of them worth today?")
def plain_sum(payment, years):
    return payment * years


@all_payments.mistake("Payment / rate is the value of payments for ever. This customer stops.")
def for_ever(payment, rate):
    return payment / rate


@all_payments.mistake("That is the first payment alone. Add up the column of question 1.")
def first_payment(payment, rate):
    return payment / (1 + rate)


@all_payments.mistake("That is the last payment alone. Add up the column of question 1.")
def last_payment(payment, years, rate):
    return payment / (1 + rate) ** years


all_payments.hint("They are all RMB of today now, so they may be added.")
all_payments.hint('`value.annuity(payment, rate, years, timing="end")`')


@exercise.choice(
    points=1,
    level=1,
    options={
        "stops": "one who pays {payment:,} RMB a year for {years} years",
        "ever": "one who pays {payment:,} RMB at the end of every year, for ever",
        "advance": "one who pays {payment:,} RMB at the start of every year, for ever",
        "total": "one who pays your answer to question 2 at the end of every year, for ever",
    },
    wrong={
        "stops": "Her value is your answer to question 2, as it stands. Dividing it by the rate makes it far larger.",
        "ever": "Her value is the yearly payment divided by the rate. Your colleague divided something else.",
        "advance": "Paid in advance, she is worth one payment more than payment / rate. Look at what was divided.",
    },
)
def whose_value():
    """A colleague takes your answer to question 2 and divides it by {rate}. For which customer would the result be the
    right value?"""
    # a payment divided by the rate is worth a payment at the end of every year, for ever; he divided the answer itself
    return "total"


whose_value.hint("Divided by the rate, a *yearly payment* becomes the value of an endless row of such payments.")
whose_value.hint("What stands above the line in your colleague's division takes the place of that payment.")


@exercise.function(
    points=3,
    level=2,
    within=0.01,
    shown=[([1000, 1000, 1000, 1000, 1000], 0.05), ([0, 0, 500], 0.10), ([800], 0.08)],
)
def present_value(cashflows, rate):
    """Customers rarely pay the same every year. Write a function `present_value` of a list of payments and a rate. The
    first payment comes at the end of year 1, the next at the end of year 2, and so on. It returns what they are worth
    today."""
    return sum(payment / (1 + rate) ** year for year, payment in enumerate(cashflows, start=1))


@present_value.hidden_inputs
def other_customers(rng):
    return [
        ([int(payment) for payment in rng.integers(50, 3000, size=years)], float(rng.integers(2, 20) / 100))
        for years in (1, 2, 4, 7, 12)
    ]


@present_value.mistake("Your first payment is not discounted. Count the years from 1: enumerate(cashflows, start=1).")
def first_one_now(cashflows, rate):
    return sum(payment / (1 + rate) ** year for year, payment in enumerate(cashflows))


@present_value.mistake("Your function divides every payment by 1 + rate once. Year k divides k times.")
def divides_once(cashflows, rate):
    return sum(cashflows) / (1 + rate)


@present_value.mistake("Your function adds first and discounts the total as if all of it came in the last year.")
def all_in_the_last_year(cashflows, rate):
    return sum(cashflows) / (1 + rate) ** len(cashflows)


@present_value.mistake(
    "Your function gives back the first payment alone. Does `return` stand inside the loop? It belongs below the loop."
)
def first_payment_only(cashflows, rate):
    return cashflows[0] / (1 + rate)


@present_value.mistake("Your function multiplies. Money that comes later is worth less today: divide.")
def multiplies(cashflows, rate):
    return sum(payment * (1 + rate) ** year for year, payment in enumerate(cashflows, start=1))


@present_value.mistake("Your function discounts each payment correctly and then divides the sum by the rate. Leave it.")
def divides_the_sum(cashflows, rate):
    return sum(payment / (1 + rate) ** year for year, payment in enumerate(cashflows, start=1)) / rate


present_value.hint(
    "sum(... for year, payment in enumerate(cashflows, start=1)) goes through payments and years together."
)
present_value.hint("Each payment is divided by (1 + rate) ** year.")


@exercise.number(points=2, level=2, unit="RMB", within=0.5)
def past_purchases(payment, years, rate):
    """The same customer has paid {payment:,} RMB at the end of each of the *past* {years} years as well; the last
    payment has just come. Had the shop put each of them in the bank at {rate:.0%} a year, what would the account hold
    today, in RMB?"""
    return value.future_value([payment] * years, rate, timing="end")


@past_purchases.mistake("That is a present value: you divided. These payments lie behind us and earned interest.")
def used_present_value(payment, years, rate):
    return value.annuity(payment, rate, years)


@past_purchases.mistake("Each payment earns a year too much. The last one has just come and has earned nothing yet.")
def one_year_too_long(payment, years, rate):
    return value.future_value([payment] * years, rate, timing="start")


@past_purchases.mistake("That is what was paid in. What interest did the older payments earn?")
def no_interest(payment, years):
    return payment * years


@past_purchases.mistake(
    "You let all payments earn interest from the beginning. Only the oldest one lay there that long."
)
def all_from_the_beginning(payment, years, rate):
    return payment * years * (1 + rate) ** years


@past_purchases.mistake("You let every payment earn one year of interest. The older ones lay there longer.")
def one_year_each(payment, years, rate):
    return payment * years * (1 + rate)


past_purchases.hint("Looking back, multiply: by 1 + rate once for each year since the payment.")
past_purchases.hint('`value.future_value([payment] * years, rate, timing="end")`')


@exercise.number(points=2, level=2, unit="dollars", within=1)
def carmaker(car_claim, car_years, rate):
    """A carmaker says that a loyal customer is worth {car_claim:,} dollars over {car_years} years of cars, service and
    loans. Read that as a plain sum of equal payments at year ends. What are these payments worth today, at {rate:.0%} a
    year, in dollars?"""
    return value.annuity(car_claim / car_years, rate, car_years, timing="end")


@carmaker.mistake("That is one year's payment. How many of them are there, and what are they worth today?")
def one_car_year(car_claim, car_years):
    return car_claim / car_years


@carmaker.mistake("You discounted the whole sum as if all of it came in the last year. It comes a little every year.")
def all_at_the_end(car_claim, car_years, rate):
    return car_claim / (1 + rate) ** car_years


@carmaker.mistake("You put the payments at the start of each year; they come at the end.")
def cars_in_advance(car_claim, car_years, rate):
    return value.annuity(car_claim / car_years, rate, car_years, timing="start")


@carmaker.mistake("You let her buy for ever. That is the ceiling; she stops.")
def drives_for_ever(car_claim, car_years, rate):
    return car_claim / car_years / rate


@carmaker.mistake("You took the whole claim as the payment of every year. Share it out over the years first.")
def claim_every_year(car_claim, car_years, rate):
    return value.annuity(car_claim, rate, car_years)


@carmaker.mistake(
    "That is what she must bring each year if the claim is a value of today. Here it is a plain sum: what is it worth?"
)
def needed_each_year(car_claim, car_years, rate):
    return car_claim / value.annuity(1, rate, car_years)


carmaker.hint("What does the claim come to in one year?")
carmaker.hint("That is an annuity: `value.annuity(..., rate, car_years)`.")


@exercise.number(points=3, level=2, unit="dollars", within=0.5)
def airline(air_claim, air_years, trips, rate):
    """An airline says that a traveller with {trips} long trips a year brings it {air_claim:,} dollars of revenue in her
    life. Suppose that this is meant as a sum of *today*, that she flies for {air_years} years, and that each year's
    money comes at the end of the year. At {rate:.0%} a year, what must each trip bring, in dollars of revenue?"""
    return air_claim / value.annuity(1, rate, air_years, timing="end") / trips


@airline.mistake(
    "You divided a value of today by the number of trips, as if later trips paid as much today as early ones."
)
def plain_trips(air_claim, air_years, trips):
    return air_claim / air_years / trips


@airline.mistake("That is what a whole year must bring. How many trips share it?")
def a_whole_year(air_claim, air_years, rate):
    return air_claim / value.annuity(1, rate, air_years)


@airline.mistake(
    "You let her fly for ever: claim * rate is the payment of a perpetuity. She stops, so a trip must bring more."
)
def flies_for_ever(air_claim, trips, rate):
    return air_claim * rate / trips


@airline.mistake("You put each year's money at the start of the year; it comes at the end.")
def trips_in_advance(air_claim, air_years, trips, rate):
    return air_claim / value.annuity(1, rate, air_years, timing="start") / trips


@airline.mistake("You took the claim as what the trips grow to by the end. It is a value of today.")
def claim_at_the_end(air_claim, air_years, trips, rate):
    return air_claim / value.future_value([1] * air_years, rate) / trips


airline.hint("What is 1 dollar a year worth today? `value.annuity(1, rate, air_years)` says it.")
airline.hint("The claim is so many times that. So many dollars a year it needs; then share them among the trips.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "takes the claim apart: how many years it needs, and how much a year": 1,
        "says that later money is worth less, with a value of today and its timing or rate": 1,
        "says that these are sales, of which only a margin stays": 1,
        "says that the claim is about loyal customers, and not everyone whose car is due is one": 1,
        "decides on the 4,000 dollars and says which figure would change the decision": 2,
    },
    half=[
        "gives the years or the sum a year, not both",
        "says that later money is worth less, and gives no value, or one without its timing and rate",
        "speaks of costs, and does not say that the 400,000 are sales",
        "doubts that all customers are alike, and does not see whom the claim is about",
        "decides, and names no figure; or names a figure, and leaves the decision open",
    ],
)
def what_to_pay():
    """Your director runs a chain of car dealers. He has read that General Motors once put each loyal customer at
    400,000 dollars over life, and wants to give 4,000 dollars to everyone whose car is due for replacement: "One per
    cent of what she brings us." Answer him in four to seven sentences."""
    return (
        "Over fifty years 400,000 dollars would be 8,000 a year, every year, all of it with one maker, and paid at "
        "year ends at 5 % they are worth about 146,000 today. Even that is money from sales: after the cars, the parts "
        "and the interest are paid for, perhaps a tenth stays, and part of it with the maker and not with us. The "
        "figure is about a loyal customer: not everyone whose car is due is one, and who is loyal may well come back "
        "without a present. So I would not give 4,000 dollars to everyone. I would offer a small sum to half of the "
        "customers whose car is due, drawn by lot, and compare how many in each half buy again. If our own books show "
        "that a customer who returns earns us several times 4,000 dollars, and the offer brings back many who would "
        "have left, I would change my mind."
    )


@exercise.turn.number(unit="RMB", within=0.5)
def fifth_payment():
    """A payment of 1,000 RMB comes at the end of year 5. What is it worth today, at 5 % a year?"""
    return 1000 / 1.05**5


@fifth_payment.mistake("That is the first payment: divided once, it waits one year. This one waits five.")
def waits_one_year():
    return 1000 / 1.05


@fifth_payment.mistake("You divided four times. It comes at the end of year 5, so it waits five years.")
def waits_four_years():
    return 1000 / 1.05**4


@fifth_payment.mistake("You took five times 5 % of interest on the first sum. Interest earns interest: 1.05**5.")
def interest_on_the_first_sum():
    return 1000 / (1 + 5 * 0.05)


@fifth_payment.mistake("You took 5 % of 1,000 off for each year. Divide by 1.05 for each year instead.")
def fifty_off_each_year():
    return 1000 * (1 - 5 * 0.05)


@fifth_payment.mistake("Taking 5 % off is not the same as dividing by 1.05: 950 RMB grow to 997.50, not to 1,000.")
def five_percent_off():
    return 1000 * 0.95**5


@fifth_payment.mistake("You multiplied: that is what 1,000 RMB of today grow to. Looking ahead, divide.")
def multiplied_instead():
    return 1000 * 1.05**5


fifth_payment.hint("How many years does it wait? Divide by 1.05 once for each of them.")


@exercise.turn.number(unit="as a fraction", within=0.00003)
def monthly_rate():
    """Which discount rate a month comes to 5 % in a year?"""
    return 1.05 ** (1 / 12) - 1


@monthly_rate.mistake("That is a twelfth. Interest earns interest: twelve such months make 5.12 %, not 5 %.")
def a_twelfth():
    return 0.05 / 12


@monthly_rate.mistake("That is what 5 % a *month* come to in a year. You need the root, not the power.")
def five_a_month():
    return 1.05**12 - 1


@monthly_rate.mistake("That is how much money grows in a month, all of it. Take off the 1 that was there before.")
def growth_of_a_month():
    return 1.05 ** (1 / 12)


@monthly_rate.mistake("That is how to convert a share that *leaves*. Money grows: take the twelfth root of 1.05.")
def as_if_money_left():
    return 1 - 0.95 ** (1 / 12)


@monthly_rate.mistake("That is the rate in percent. Write it as a fraction: 1 % is 0.01.")
def monthly_in_percent():
    return round(100 * (1.05 ** (1 / 12) - 1), 3)


monthly_rate.hint("Twelve months multiply: (1 + monthly rate) ** 12 is 1.05. What is 1 + monthly rate, then?")


@exercise.turn.number(unit="years", within=0.01)
def half_of_for_ever():
    """At 5 % a year, payments at year ends: what is the first number of years on the slider at which the payments are
    worth at least half of payments for ever?"""
    years = np.arange(1, 61)
    return years[value.annuity(1000, 0.05, years) >= value.perpetuity(1000, 0.05) / 2].min()


@half_of_for_ever.mistake("14 years bring 49 %. One step more.")
def a_year_short():
    return 14


@half_of_for_ever.mistake("That is half of the sixty shown. Sixty years are not for ever, and early years weigh most.")
def half_of_those_shown():
    return 30


@half_of_for_ever.mistake("In proportion to five years and 22 %? Each further payment adds less than the one before.")
def in_proportion():
    return 11


@half_of_for_ever.mistake("In proportion to 22 % in five years? Each further payment adds less than the one before.")
def in_proportion_rounded_up():
    return 12


@half_of_for_ever.mistake(
    "That is the exact time. Payments come once a year: which is the first *whole* year at half or more?"
)
def exact_time():
    return np.log(2) / np.log(1.05)


half_of_for_ever.hint("Watch the percentage in the title while you move the years.")


@exercise.turn.number(unit="RMB", within=1)
def just_paid():
    """A family has just paid its first 1,000 RMB. It pays again at the end of each year, if it is still there: 80 %
    stay each year, without end, at a rate of 5 %. What is it worth from now on?"""
    return 1000 * 0.8 / (1 + 0.05 - 0.8)


@just_paid.mistake("You counted the payment of this morning. It lies behind us; what is still to come?")
def payment_of_today_counted():
    return value.clv(1000, retention=0.8, rate=0.05, first_margin="now")


@just_paid.mistake("That takes the next payment for certain. One family in five will not be there to make it.")
def next_one_certain():
    return value.clv(1000, retention=0.8, rate=0.05, first_margin="end")


@just_paid.mistake("That has the next payment due today. The family paid this morning; the next one comes in a year.")
def due_today():
    return value.clv(1000, retention=0.8, rate=0.05, timing="start", first_margin="if_retained")


@just_paid.mistake("That is not discounted, and it counts the payment of this morning.")
def without_a_rate():
    return 1000 / (1 - 0.8)


@just_paid.mistake("You let it stay for ever. One family in five leaves each year.")
def stays_for_ever():
    return value.perpetuity(1000, 0.05)


@just_paid.mistake("That stops after five margins. This contract has no end.")
def five_margins_only():
    return value.clv(1000, retention=0.8, rate=0.05, periods=5)


@just_paid.mistake("That is the next payment alone. Others follow it, year after year, from those who stay.")
def next_one_alone():
    return 0.8 * 1000


just_paid.hint("When does the next payment come, and is it certain? Look for that row in the table.")


@exercise.turn.number(unit="as a fraction", within=0.004)
def margin_needed():
    """A family pays 1,000 RMB at the start of each of five years, for certain; the rate is 5 % a year. At which margin
    rate does it earn the 4,500 RMB asked for it?"""
    return 4500 / value.annuity(1000, 0.05, 5, timing="start")


@margin_needed.mistake("That is for payment at year ends, and above 1: no margin would do. Here they pay in advance.")
def needed_at_year_ends():
    return 4500 / value.annuity(1000, 0.05, 5)


@margin_needed.mistake("You divided by the plain sum of 5,000. What are the five payments worth today?")
def needed_of_the_plain_sum():
    return 4500 / 5000


@margin_needed.mistake(
    "That is the margin of the shop in lesson 1. Look for the one at which the family earns 4,500 RMB."
)
def margin_of_lesson_1():
    return 542 / 5844


@margin_needed.mistake(
    "You let one family in five leave each year. Here everything goes the owner's way: nobody leaves."
)
def needed_if_some_leave():
    return 4500 / value.clv(1000, 0.8, 0.05, periods=5, timing="start")


@margin_needed.mistake("That is the rate in percent. Write it as a fraction: 50 % is 0.5.")
def needed_in_percent():
    return round(100 * 4500 / value.annuity(1000, 0.05, 5, timing="start"))


margin_needed.hint("What are the payments worth today, in advance? The margin is a share of that, and must make 4,500.")
