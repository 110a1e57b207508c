"""Pairs of words that are alike, and clues: some fit both, some give one away."""

from __future__ import annotations

_TRAIN = """
cat dog|fur tail paws pet|purrs whiskers|barks fetches
sun moon|sky bright round light|day hot|night crescent
tea coffee|drink cup morning hot|leaves pot|beans roasted
train bus|travel seat ticket wheels|rails platform|road driver
apple pear|fruit tree sweet green|red pie|soft bell
guitar violin|strings wood music tune|pick rock|bow orchestra
river lake|water fish boat swim|flows bridge|still shore
piano drum|music loud play concert|keys black|sticks beat
shark whale|sea fins big swims|teeth bites|sings mammal
bread cake|flour oven bakery eat|butter slice|candles birthday
snow rain|weather cold falls clouds|white ski|umbrella puddle
chair sofa|sit legs furniture rest|desk one|cushions nap
king queen|crown palace rule castle|male beard|female gown
horse cow|farm hooves big grass|ride saddle|milk moo
book newspaper|read pages print paper|novel shelf|daily headlines
lemon orange|fruit juice round peel|sour yellow|sweet breakfast
ship plane|travel captain far engine|harbor sail|wings airport
spoon fork|eat metal kitchen table|soup stir|prongs pasta
forest park|trees green walk birds|wild deep|city bench
brush pencil|hand art thin draw|paint bristles|erase sharpen
tiger lion|cat big roar hunts|stripes jungle|mane pride
shirt sweater|wear sleeves clothes neck|buttons collar|wool warm
soccer tennis|ball sport team run|goal kick|racket net
doctor nurse|hospital care sick health|diagnose surgeon|ward kind
"""
_TEST = """
bee butterfly|wings flower insect garden|honey sting|colors caterpillar
hotel tent|sleep night trip stay|lobby rooms|camping canvas
onion garlic|cook smell kitchen layers|cry rings|vampire clove
desert beach|sand hot sun dry|camel cactus|waves towel
mirror window|glass frame clear wall|reflection face|view curtain
bicycle motorcycle|wheels ride helmet road|pedals quiet|engine fast
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = [line.partition("|")[0].split() for line in text.split("\n") if line]
    return [(first, second) for first, second in pairs]


def _clues(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.split("\n"):
        if line:
            pair, both, *own = (part.split() for part in line.split("|"))
            found |= {word: (*both, *clues) for word, clues in zip(pair, own, strict=True)}
    return found


PAIRS = _pairs(_TRAIN)
"""Of the train split."""
TEST_PAIRS = _pairs(_TEST)
CLUES = _clues(_TRAIN + _TEST)
"""Well-formed clues by word: those that fit both words of its pair, then its own."""
