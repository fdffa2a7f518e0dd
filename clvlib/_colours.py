"""The course's colours: two of Okabe and Ito's that colour-blind readers tell apart, their tints, and greys."""

BLUE, LIGHT_BLUE, PALE_BLUE = "#0072B2", "#8DBFE0", "#CFE3F0"
ORANGE, LIGHT_ORANGE, PALE_ORANGE = "#D55E00", "#F0B795", "#F5D9C8"
DARK_GREY, GREY, LIGHT_GREY, PALE_GREY = "#555555", "#7F7F7F", "#C4C4C4", "#DADADA"
