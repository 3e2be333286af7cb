"""The words of scripts in English, Ukrainian and Bulgarian that tell people to press keys.

All in lower case, apostrophes written as "'". One table per part of speech; languages may mix.
"""

from __future__ import annotations


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


KEY_WORDS = {
    word: key
    for key, words in {
        "0": "zero нуль нуля нулик ноль нула нулата",
        "1": "one один одиницю одиниця одну едно един единица единицата",
        "2": "two два двійку двійка дві две двойка двойката",
        "3": "three три трійку трійка тройка тройката",
        "4": "four чотири четвірку четвірка четири четворка четворката",
        "5": "five п'ять п'ятірку п'ятірка пет петица петицата",
        "6": "six шість шістку шістка шест шестица шестицата",
        "7": "seven сім сімку сімка седем",
        "8": "eight вісім вісімку вісімка осем осмица осмицата",
        "9": "nine дев'ять дев'ятку дев'ятка девет деветка деветката",
        "*": "* star asterisk зірочку зірочка зірку зірка звезда звездата звездичка звездичката",
        "#": "# hash hashtag pound octothorpe решітку решітка ґратку гратку діез диез диеза диезът "
        "решетка решетката решетку",
    }.items()
    for word in words.split()
}
"""Word -> key. A plain digit is a key, too."""

PRESS = _words(
    "press push dial натисніть натискайте натисни тисніть натиснути наберіть набирайте "
    "натиснете натискайте натисни набери наберете набирайте натисне"
)
"""Telling words after which a number is a key."""

CHOOSE = _words(
    "select choose enter hit tap type use оберіть обирайте виберіть вибирайте введіть "
    "изберете избирайте въведете използвайте"
)
"""Words that also choose among other things: their number must look like a key."""

PRESSING = _words("pressing dialing dialling натискаючи натиснувши натискайки")
"""Press, after a word of ``BY`` or where no such word exists."""

BY = _words("by натиснувши натискаючи натискайки")

RATE = _words("rate score scale grade оцініть оцінюйте оцінити оценете оценявайте")
"""Words that ask for a number of a range: "rate us from 1 to 5"."""

NOT = _words("not don't never cannot can't не ніколи никога без")
"""Right before a telling word these turn it round."""

PLEASE = _words("please kindly будь ласка прошу моля")

FILLERS = _words(
    "the a an key keys button number digit any either now just simply on your of with "
    "choice numbers digits rating mark "
    "клавішу клавіша клавіші кнопку кнопка цифру цифра цифрою число номер на з із зі будь-яку "
    "клавиш клавиша клавишът бутон бутона бутонът цифра цифрата числото номера с със върху "
    "съответно оценка оцінку"
)
"""What may stand between a telling word and its key."""

AFTER_KEY = _words(
    "key keys button sign клавішу клавіша кнопку клавиш клавиша бутон бутона now зараз сега "
    "again ще"
)
"""What may stand right behind a key and belongs to it."""

ON_PHONE = _words("on на от у в")
"""Begins "on your keypad", "на клавіатурі", "на телефона": words about the phone."""

WHEN = _words(
    "within in during before after until till by at while once as whenever "
    "протягом впродовж упродовж після до перед поки через "
    "след преди до през докато"
)
"""Begins "within 10 seconds", "після сигналу", "преди 5 часа": words about the time to press."""

JOINS = _words("or and & / або чи та і й или и либо")
"""What joins keys of one list, besides the comma."""

PURPOSES = _words("to for if when щоб щоби аби для якщо коли за ако когато при да")
"""What follows a key to say what it is for."""

THROUGH = _words("to through thru till until до по - – —")
"""Between the ends of a range of keys."""

RANGE_STARTS = {
    "from": THROUGH,
    "between": frozenset({"and"}),
    "від": THROUGH,
    "од": THROUGH,
    "з": THROUGH,
    "між": _words("та і й"),
    "от": THROUGH,
    "между": frozenset({"и"}),
}
"""First word of a range -> the words in its middle."""

DASHES = _words("- – —")

SENTENCE_ENDS = _words(". ! ? …")

MEASURE_STEMS = tuple(
    _words(
        "second minute hour day week month year time digit percent cent million thousand "
        "hundred dollar euro pound pence kilo metre meter mile people person ticket o'clock am pm "
        "% $ € £ ₴ "
        "секунд хвилин годин дн день днів раз цифр місяц тижн тижд рок гривен гривн грн відсот "
        "тисяч мільйон євро копій квитк "
        "минут час ден дена път цифри месец седмиц годин лев лв процент хиляд милион "
        "евро стотин билет"
    )
)
"""How words begin that make the number before them a measure and no key."""

MEASURE_WORDS = _words("am pm of из із з от с items options products others more")
"""Whole words that do the same ("one of the following")."""

BEFORE_NUMBERS = _words(
    "in at on by after before until till room office line about only over under within "
    "о об у в на за до після через кімната кабінет "
    "от след преди към около стая офис и and or"
)
"""Words behind which a number at the end of a clause is a time, an amount or an address."""
