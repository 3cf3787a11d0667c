"""Number plates of vehicles, written, spelled and spoken, and what only looks like them."""

import pytest

from qa_pipeline.privacy import redact_conversation
from tests.privacy.talk import talk, texts

REDACTED = [
    ("C: It is parked outside, AB12 CDE, a red one.", "It is parked outside, [id], a red one."),
    ("C: my reg is A B one two C D E", "my reg is [id]"),
    ("A: And the registration?\nC: Alpha bravo one two, charlie delta echo.", "[id]."),
    ("A: Number plate please?\nC: X-ray kilo six five, then papa papa foxtrot.", "[id]."),
    ("C: the licence plate is 8 A B C 1 2 3", "the licence plate is [id]"),
    ("C: My number plate's R 7 1 2 K L P.", "My number plate's [id]."),
    ("C: 我的车是京A12345，黑色的", "我的车是[证件号]，黑色的"),
    ("C: 车牌号京A幺二三四五", "车牌号[证件号]"),
    ("C: 车牌京A·洞洞拐勾五", "车牌[证件号]"),
    ("A: 请问车牌号是多少\nC: 浙B D 幺二三四五", "[证件号]"),
    ("C: 停的是粤B8K320这辆", "停的是[证件号]这辆"),
]  # fmt: skip
KEPT = [
    "C: My order is A B 1 2 C D E.",
    "A: Your booking reference is AB12 CDE.",
    "C: The postcode is S W 1 2 8 A B",
    "C: The registration fee is 65 pounds and the plates cost 12 each",
    "C: The plate is chipped and 6 more are fine",
    "C: 京东的快递号JD零零一二三四五六七八九",
    "C: 我在京东买的A5纸，两包",
    "C: 去川A区幺二三号楼",
    "A: 航班CA一五零一到京",
]


@pytest.mark.parametrize(("said", "last"), REDACTED)
def test_number_plates_go(said: str, last: str) -> None:
    assert texts(redact_conversation(talk(said)).conversation)[-1] == last


@pytest.mark.parametrize("said", KEPT)
def test_what_is_no_number_plate_stays(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation
