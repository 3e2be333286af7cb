"""The starters in English."""

from __future__ import annotations

from flows.starters.wording import Language, Said, Wording

ENGLISH = Language(
    company="[company name]",
    starters={
        "survey": Wording(
            name="Customer survey",
            what_for="Ask for a score from 1 to 5, offer unhappy customers a call back, and ask "
            "the others whether they would recommend you.",
            menus={
                "rate": Said(
                    "Rate our service",
                    "Hello, this is {company}. Thank you for choosing us. How would you rate our "
                    "service? Press a key from 1 to 5, where 1 is very poor and 5 is excellent. "
                    "To hear this again, press 9.",
                ),
                "sorry": Said(
                    "Offer a call back",
                    "We are sorry to hear that, and we would like to put it right. If you would "
                    "like us to call you back, press 1. If you would rather not, press 2.",
                ),
                "recommend": Said(
                    "Recommend us",
                    "Thank you! Would you recommend us to a friend? For yes, press 1. For no, "
                    "press 2.",
                ),
                "thanks": Said(
                    "Thank you",
                    "Thank you for your time. Your answers help us get better. Goodbye!",
                ),
            },
            answers={"score": "score", "callback": "call back", "recommend": "recommend"},
        ),
        "appointment": Wording(
            name="Appointment reminder",
            what_for="Remind people of an appointment, and let them confirm it, ask for another "
            "time, or cancel.",
            menus={
                "reminder": Said(
                    "Reminder",
                    "Hello, this is {company}. We are expecting you tomorrow at 10 in the morning. "
                    "To confirm your visit, press 1. To ask for another time, press 2. To cancel, "
                    "press 3. To hear this again, press 9.",
                ),
                "time": Said(
                    "Another time",
                    "No problem. When would suit you best? For the morning, press 1. For the "
                    "afternoon, press 2. For the evening, press 3. To go back, press 0.",
                ),
                "cancel": Said(
                    "Really cancel?",
                    "You are about to cancel your visit. To cancel it, press 1. To keep it, "
                    "press 2.",
                ),
                "confirmed": Said(
                    "Confirmed",
                    "Thank you, your visit is confirmed. See you tomorrow!",
                ),
                "callback": Said(
                    "We will call back",
                    "Thank you. We will call you back shortly to agree on a new time. Goodbye!",
                ),
                "cancelled": Said(
                    "Cancelled",
                    "Your visit has been cancelled. Call us whenever you would like to book "
                    "again. Goodbye!",
                ),
            },
            answers={"visit": "visit", "time": "preferred time"},
            values={
                "confirmed": "confirmed",
                "cancelled": "cancelled",
                "morning": "morning",
                "afternoon": "afternoon",
                "evening": "evening",
            },
        ),
        "order": Wording(
            name="Order tracking",
            what_for="Tell people when their order arrives, and let them confirm, choose another "
            "day, or collect it themselves.",
            menus={
                "status": Said(
                    "Your order",
                    "Hello, this is {company}. Your order is on its way and will arrive tomorrow "
                    "between 9 in the morning and 6 in the evening. To confirm the delivery, "
                    "press 1. To choose another day, press 2. To collect your order yourself, "
                    "press 3. To hear this again, press 9.",
                ),
                "day": Said(
                    "Another day",
                    "Which day would suit you better? For the day after tomorrow, press 1. For "
                    "Saturday, press 2. For Monday, press 3. To go back, press 0.",
                ),
                "confirmed": Said(
                    "Delivery confirmed",
                    "Thank you. The courier will call you half an hour before arriving. Goodbye!",
                ),
                "changed": Said(
                    "Day changed",
                    "Thank you. We have noted the new day, and will send you a message with the "
                    "time of delivery. Goodbye!",
                ),
                "collect": Said(
                    "Collecting it",
                    "Thank you. We will send you a message with the address as soon as your order "
                    "is ready to collect. Goodbye!",
                ),
            },
            answers={"delivery": "delivery", "day": "new day"},
            values={
                "confirmed": "confirmed",
                "collect": "will collect it",
                "after_tomorrow": "the day after tomorrow",
                "saturday": "Saturday",
                "monday": "Monday",
            },
        ),
        "transfer": Wording(
            name="Notification with a transfer to a person",
            what_for="Tell people something important, and connect those who have questions to "
            "your team. Put in your own number.",
            menus={
                "notice": Said(
                    "Important message",
                    "Hello, this is {company}. Tomorrow, from 10 in the morning until 2 in the "
                    "afternoon, we are carrying out maintenance, and our services will not be "
                    "available. We are sorry for the inconvenience. If you have any questions, "
                    "press 1, and we will put you through to our team.",
                ),
            },
        ),
        "verification": Wording(
            name="Verification by a code word",
            what_for="Make sure that it is really your customer: only they know which of three "
            "words is theirs. Put in your own words; key 2 is the right one.",
            menus={
                "word": Said(
                    "Choose your code word",
                    "Hello, this is {company}. Somebody has just asked to sign in to your "
                    "account. If it was you, choose your code word. For amber, press 1. For "
                    "river, press 2. For falcon, press 3. If it was not you, press 0. To hear "
                    "this again, press 9.",
                ),
                "right": Said(
                    "Right word",
                    "Thank you, that is the right word. You can go on signing in. Goodbye!",
                ),
                "mismatch": Said(
                    "Wrong word",
                    "I am sorry, that is not the right word, so we have not approved this "
                    "sign-in. If it was you, please try once more. Goodbye!",
                ),
                "stopped": Said(
                    "It was not me",
                    "Thank you for telling us. We have stopped this sign-in. To be on the safe "
                    "side, please change your password. Goodbye!",
                ),
            },
            answers={"word": "code word"},
            values={"right": "right", "mismatch": "wrong", "stranger": "it was not me"},
        ),
    },
)
