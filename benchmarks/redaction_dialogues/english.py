"""English dialogues: greeting, a concern, data given or not, numbers that are nobody's."""

import random
from collections.abc import Callable

from benchmarks.redaction_dialogues.dialogue import (
    Dialogue,
    SaidWord,
    Speaker,
    chunks,
    digits,
    luhn_digit,
)
from qa_pipeline.records import SensitiveKind

_SPOKEN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_SMALL = [*_SPOKEN, "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
          "seventeen", "eighteen", "nineteen"]  # fmt: skip
_DECADES = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_HESITATIONS = ["um", "uh", "er", "then", "and then"]
_NODS = ["mm hm", "yes", "okay", "got it", "yep", "go ahead", "right", "uh huh", "carry on please"]
_FIRST = ["Oliver", "Amelia", "Harper", "Noah", "Priya", "Tomasz", "Grace", "Liam", "Fatima",
          "Ethan", "Chloe", "Marcus", "Sofia", "Declan", "Aisha"]  # fmt: skip
_LAST = ["Thompson", "Patel", "O'Brien", "Walker", "Nguyen", "Kowalski", "Hughes", "Robinson",
         "Iqbal", "Fletcher", "Osborne", "Delgado"]  # fmt: skip
_STREETS = ["Maple Road", "High Street", "Victoria Avenue", "Church Lane", "Park Drive",
            "Mill Close", "Station Road", "Queens Court", "Elm Grove", "Harbour Way"]  # fmt: skip
_TOWNS = ["Leeds", "Bristol", "Cardiff", "Springfield", "Norwich", "Austin", "York"]
_DOMAINS = ["gmail dot com", "hotmail dot co dot uk", "outlook dot com", "yahoo dot com",
            "icloud dot com", "brightpath dot org", "btinternet dot com"]  # fmt: skip
_MONTHS = ["January", "February", "April", "June", "July", "August", "October", "November"]


def number_in_words(value: int) -> str:
    """Return a whole number below a million as it is spoken."""
    if value < 20:
        return _SMALL[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _DECADES[tens] + (f" {_SMALL[ones]}" if ones else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" and {number_in_words(rest)}" if rest else "")
    thousands, rest = divmod(value, 1000)
    joint = " and " if 0 < rest < 100 else " "
    return f"{number_in_words(thousands)} thousand" + (
        joint + number_in_words(rest) if rest else ""
    )


class EnglishWriter:
    """Writes one dialogue."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.dialogue = Dialogue("en")
        self.written = draw.random() < 0.35
        """Whether the recogniser of this call writes numerals and punctuation."""

    def free(self, text: str, *, amount: bool = False) -> list[SaidWord]:
        """Return words that give nothing away; what stands in {braces} has to survive."""
        words, surviving = [], False
        for word in text.split():
            surviving |= word.startswith("{")
            plain = word.replace("{", "").replace("}", "")
            words.append(SaidWord(self._style(plain), amount=amount or surviving))
            surviving &= "}" not in word
        return words

    def _style(self, word: str) -> str:
        return word if self.written else word.rstrip(".,?!").lower()

    def line(self, speaker: Speaker, text: str) -> None:
        """Say something that gives nothing away."""
        self.dialogue.say(speaker, self.free(text))

    def one_of(self, *texts: str) -> str:
        """Return one of the texts."""
        return self.draw.choice(texts)

    def read_digits(self, group: str) -> list[str]:
        """Return the words in which a group of digits is read out."""
        if self.written:
            return [group]
        words: list[str] = []
        at = 0
        zero = self.draw.choice(["zero", "oh"])
        while at < len(group):
            digit = group[at]
            run = len(group[at:]) - len(group[at:].lstrip(digit))
            name = zero if digit == "0" else _SPOKEN[int(digit)]
            if run >= 3 and self.draw.random() < 0.4:
                words += ["triple", name]
                at += 3
            elif run >= 2 and self.draw.random() < 0.5:
                words += ["double", name]
                at += 2
            elif len(group) == 2 and digit not in "01" and self.draw.random() < 0.3:
                words += number_in_words(int(group)).split()
                at += 2
            else:
                words.append(name)
                at += 1
        return words

    def dictate(
        self, kind: SensitiveKind, speaker: Speaker, lead: str, groups: list[str], tail: str = ""
    ) -> None:
        """Let a speaker read a number out, in one go or in pieces, and perhaps be read back to."""
        other: Speaker = "agent" if speaker == "customer" else "customer"
        item = self.dialogue.new_item(kind)
        words = self.free(lead)
        split = len(groups) > 1 and self.draw.random() < 0.35
        for index, group in enumerate(groups):
            if index and self.draw.random() < 0.15:
                hesitation = self.draw.choice(_HESITATIONS).split()
                words += [SaidWord(w, item, telling=False) for w in hesitation]
            elif index and self.written and self.draw.random() < 0.2:
                words.append(SaidWord("-", item, telling=False))
            words += [SaidWord(w, item) for w in self.read_digits(group)]
            if split and index < len(groups) - 1 and self.draw.random() < 0.7:
                self.dialogue.say(speaker, words)
                words = []
                self._nod(other, group, kind)
        self.dialogue.say(speaker, words + self.free(tail))
        if self.draw.random() < 0.3:
            self._read_back(kind, other, groups)

    def _nod(self, other: Speaker, group: str, kind: SensitiveKind) -> None:
        if self.draw.random() < 0.25:
            item = self.dialogue.new_item(kind)
            words = [SaidWord(w, item) for w in self.read_digits(group)]
            self.dialogue.say(other, words + self.free(self.one_of("", "yes", "okay")))
        else:
            self.line(other, self.draw.choice(_NODS))

    def _read_back(self, kind: SensitiveKind, other: Speaker, groups: list[str]) -> None:
        item = self.dialogue.new_item(kind)
        lead = self.one_of("Let me repeat that,", "So that is", "Thank you, I have", "Okay,")
        words = self.free(lead)
        words += [SaidWord(w, item) for group in groups for w in self.read_digits(group)]
        self.dialogue.say(other, words + self.free(self.one_of("Is that right?", "correct?", "")))
        self.line("customer" if other == "agent" else "agent", "Yes, that is right.")

    # what gives somebody away
    def phone(self) -> None:
        """Give a telephone number."""
        kind = self.draw.randrange(4)
        if kind == 0:
            groups = chunks("07" + digits(self.draw, 9), [5, 3, 3])
        elif kind == 1:
            area = self.draw.choice(["020", "0161", "0113", "0117"])
            groups = [area, *chunks(digits(self.draw, 11 - len(area)), [4])]
        elif kind == 2:
            first = f"{self.draw.randint(2, 9)}{digits(self.draw, 2)}"
            groups = [first, f"{self.draw.randint(2, 9)}{digits(self.draw, 2)}"]
            groups.append(digits(self.draw, 4))
        else:
            groups = ["44", *chunks("7" + digits(self.draw, 9), [4, 3, 3])]
        asked = self.draw.random() < 0.6
        if asked:
            self.line("agent", self.one_of(
                "What is the best number to reach you on?",
                "Could I take a contact telephone number please?",
                "And your mobile number?",
                "Can you confirm the phone number on file?",
            ))  # fmt: skip
        lead = self.one_of("Sure, it's", "Yes,", "", "It is") if asked else self.one_of(
            "You can get me on", "Please ring me back on", "My mobile is",
            "My number is", "If we get cut off my cell is", "The phone number is",
        )  # fmt: skip
        if kind == 3:
            lead += " plus" if not self.written else ""
        self.dictate("phone", "customer", lead, groups)

    def identity(self) -> None:
        """Give a social security or national insurance number."""
        if self.draw.random() < 0.5:
            head = self.draw.choice(["123", "219", "457", "512", "078"])
            groups = [head, f"{self.draw.randint(10, 99)}", digits(self.draw, 4)]
            self.line("agent", self.one_of(
                "For security, what is your social security number?",
                "Could you give me your social please?",
            ))  # fmt: skip
            self.dictate("id", "customer", self.one_of("Okay, it is", "Sure,", ""), groups)
            return
        letters = self.draw.choice([("A", "B"), ("J", "K"), ("S", "N"), ("P", "W")])
        item = self.dialogue.new_item("id")
        words = self.free(self.one_of("My national insurance number is", "The NI number is"))
        words += [SaidWord(letter, item, telling=False) for letter in letters]
        for group in chunks(digits(self.draw, 6), [2, 2, 2]):
            words += [SaidWord(w, item) for w in self.read_digits(group)]
        words.append(SaidWord(self.draw.choice("ABCD"), item, telling=False))
        self.dialogue.say("customer", words)

    def card(self) -> None:
        """Give a card number, perhaps with its security code."""
        length = self.draw.choice([16, 16, 16, 15])
        body = self.draw.choice(["4", "51", "55", "4"]) if length == 16 else "37"
        body += digits(self.draw, length - 1 - len(body))
        number = body + luhn_digit(body)
        groups = chunks(number, [4, 4, 4] if length == 16 else [4, 6])
        asked = self.draw.random() < 0.6
        if asked:
            self.line("agent", self.one_of(
                "What is the long number across the front of your card?",
                "Can I have the card number please?",
                "Please read me the card number whenever you are ready.",
            ))  # fmt: skip
        lead = self.one_of("", "Right, it's", "One second, okay,") if asked else self.one_of(
            "I want to pay by card, it's", "My visa number is", "Here is my debit card,",
        )  # fmt: skip
        self.dictate("card", "customer", lead, groups)
        if self.draw.random() < 0.4:
            self.line("agent", "And the security code on the back?")
            self.dictate("card", "customer", self.one_of("", "It's"), [digits(self.draw, 3)])

    def account(self) -> None:
        """Give an account, customer or policy number, or a PIN."""
        what = self.draw.choice(
            ["account number", "customer number", "policy number", "membership number", "PIN"]
        )
        size = 4 if what == "PIN" else self.draw.randint(6, 11)
        groups = chunks(digits(self.draw, size), self.draw.choice([[3, 3], [4, 4], [2, 2, 2, 2]]))
        if self.draw.random() < 0.7:
            self.line("agent", self.one_of(
                f"May I have your {what} please?", f"What is your {what}?",
                f"I will need your {what} to find your details.",
            ))  # fmt: skip
            lead = self.one_of("", "Yes, it is", "Let me see,", "Of course, it's")
        else:
            lead = self.one_of(f"My {what} is", f"I have my {what} here,")
        tail = self.one_of("", "", "and I was charged {twenty} {pounds} twice.")
        self.dictate("account", "customer", lead, groups, tail)

    def email(self) -> None:
        """Give an e-mail address."""
        first, last = self.draw.choice(_FIRST).lower(), self.draw.choice(_LAST).lower()
        last = last.replace("'", "")
        domain = self.draw.choice(_DOMAINS)
        joint = self.draw.choice(["dot", "underscore", ""])
        suffix = self.draw.choice(["", "", str(self.draw.randint(10, 99))])
        if self.draw.random() < 0.6:
            self.line("agent", self.one_of("What is your email?", "Which email shall I use?"))
            lead = self.one_of("It's", "", "Yes, that is")
        else:
            lead = self.one_of("My email is", "Send it to my email,", "You can write to")
        item = self.dialogue.new_item("email")
        if self.written:
            mark = {"dot": ".", "underscore": "_", "": ""}[joint]
            address = f"{first}{mark}{last}{suffix}@{domain.replace(' dot ', '.')}"
            words = [SaidWord(address, item)]
        else:
            local = [first, *([joint] if joint else []), last]
            local += number_in_words(int(suffix)).split() if suffix else []
            words = [SaidWord(w, item) for w in [*local, "at", *domain.split()]]
        self.dialogue.say("customer", self.free(lead) + words)

    def name(self) -> None:
        """Give a name."""
        item = self.dialogue.new_item("name")
        first, last = self.draw.choice(_FIRST), self.draw.choice(_LAST)
        self.line("agent", self.one_of("May I have your name?", "Who am I speaking with?"))
        names = [SaidWord(self._style(n), item) for n in (first, last)]
        lead = self.one_of("My name is", "Sure, my name is", "The name is")
        self.dialogue.say("customer", self.free(lead) + names)
        if self.draw.random() < 0.5:
            again = self.dialogue.new_item("name")
            self.dialogue.say("agent", [
                *self.free("Thank you," + self.one_of(" Mr", " Mrs", " Ms")),
                SaidWord(self._style(last), again),
            ])  # fmt: skip

    def address(self) -> None:
        """Give a postal address."""
        item = self.dialogue.new_item("address")
        number, street = self.draw.randint(1, 180), self.draw.choice(_STREETS)
        house = [str(number)] if self.written else number_in_words(number).split()
        words = [SaidWord(self._style(w), item) for w in [*house, *street.split()]]
        lead = self.one_of("My address is", "I live at", "Please deliver it to")
        self.dialogue.say(
            "customer", self.free(lead) + words + self.free(self.one_of("", "thanks"))
        )

    # what does not
    def nobody(self) -> None:
        """Say a number that identifies nobody."""
        value = self.draw.randint(2, 900)
        amount = f"{value}" if self.written else number_in_words(value)
        long_number = digits(self.draw, self.draw.choice([6, 8, 10, 12]))
        read = " ".join(self.read_digits(long_number))
        big = self.draw.randint(1100, 9800)
        year = self.draw.randint(2019, 2026)
        day = self.draw.randint(2, 28)
        hour = self.draw.randint(2, 11)
        many: list[tuple[Speaker, str]] = self.draw.choice(
            [
                [("agent", f"Your balance is {{{amount}}} {{pounds}} today.")],
                [("customer", f"I was charged {{{self._money(big)}}} last month.")],
                [("customer", f"I ordered {{{amount}}} of them and only {{two}} came.")],
                [("agent", f"That is on the {{{day}th}} of {{{self.draw.choice(_MONTHS)}}}.")],
                [("agent", f"We will call you back at {{{self._time(hour)}}} tomorrow.")],
                [("agent", "What is the order number?"),
                 ("customer", f"It says {{{read}}} on the slip.")],
                [("customer", f"My order number is {{{read}}} and it is late.")],
                [("agent", f"Your tracking number is {{{read}}} if you want to follow it.")],
                [("agent", f"The reference for this call is {{{read}}} for your records.")],
                [("agent", f"My staff number is {{{' '.join(self.read_digits('4417'))}}}.")],
                [("agent", f"Our helpline is {{{' '.join(self.read_digits('08001116768'))}}}.")],
                [("customer", f"I joined in {{{year}}} and paid {{{amount}}} {{dollars}}.")],
                [("customer", f"The speed is {{{amount}}} megabits, not {{nine}} {{hundred}}.")],
                [("agent", f"It takes {{three}} to {{five}} working days, "
                           f"{{{self._money(big)}}} in total.")],
                [("customer", f"The meter reading is {{{' '.join(self.read_digits('40718'))}}}.")],
                [("customer", f"It shows error {{{' '.join(self.read_digits('691'))}}} all day.")],
                [("agent", "How many did you order?"),
                 ("customer", f"{{{amount}}} boxes, in {{{number_in_words(day)}}} parcels.")],
                [("customer", f"I waited {{{number_in_words(day)}}} minutes on the phone.")],
                [("agent", "The discount is {fifteen} {percent} for {twelve} {months}.")],
                [("customer", "I have called {one} {two} {three} times about this.")],
            ]
        )  # fmt: skip
        for speaker, text in many:
            self.line(speaker, text)

    def _money(self, value: int) -> str:
        if self.written:
            return self.draw.choice([f"£{value:,}", f"${value}.50", f"{value} pounds"])
        return f"{number_in_words(value)} pounds"

    def _time(self, hour: int) -> str:
        return f"{hour}:30" if self.written else f"{number_in_words(hour)} thirty"


def english_dialogue(draw: random.Random, *, personal: bool) -> Dialogue:
    """Return a dialogue, with or without personal data."""
    writer = EnglishWriter(draw)
    writer.line("agent", writer.one_of(
        "Good morning, thank you for calling, this is Maya, how can I help you?",
        "Welcome to customer care, you are speaking with Tom.",
    ))  # fmt: skip
    writer.line("customer", writer.one_of(
        "Hello, my internet keeps dropping and I would like somebody to look at it.",
        "Hi, I have a question about my last bill.",
        "I want to move my contract to a new house.",
    ))  # fmt: skip
    kinds: list[Callable[[], None]] = [
        writer.phone, writer.identity, writer.card, writer.account, writer.email, writer.name,
        writer.address,
    ]  # fmt: skip
    scenes = draw.sample(kinds, draw.randint(1, 3)) if personal else []
    scenes += [writer.nobody] * draw.randint(1, 4)
    draw.shuffle(scenes)
    for scene in scenes:
        scene()
        if draw.random() < 0.4:
            writer.line("agent", writer.one_of("Thank you.", "One moment please.", "Let me check."))
    writer.line("agent", "Is there anything else I can help you with?")
    writer.line("customer", "No, that is all, thank you. Bye.")
    return writer.dialogue
