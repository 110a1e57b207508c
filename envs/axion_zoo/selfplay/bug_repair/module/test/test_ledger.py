import pytest
from ledger import Ledger, Refused


@pytest.fixture
def ledger():
    made = Ledger()
    made.open("ann", 10_000)
    made.open("bob", 500, limit=1_000)
    made.open("bank", 100_000)
    return made


def test_open_and_balance(ledger):
    assert [ledger.balance(name) for name in ("ann", "bob", "bank")] == [10_000, 500, 100_000]
    ledger.open("new")
    assert ledger.balance("new") == 0


def test_open_twice(ledger):
    with pytest.raises(Refused, match="ann is open"):
        ledger.open("ann")
    assert ledger.balance("ann") == 10_000


def test_open_below_zero(ledger):
    with pytest.raises(Refused, match="nothing or more"):
        ledger.open("x", -1)
    with pytest.raises(Refused, match="no account x"):
        ledger.balance("x")


def test_move(ledger):
    assert ledger.move("ann", "bob", 250) == 1
    assert ledger.move("bob", "ann", 50) == 2
    assert (ledger.balance("ann"), ledger.balance("bob")) == (9_800, 700)


@pytest.mark.parametrize(
    ("source", "target", "cents", "reason"),
    [
        ("ann", "bob", 0, "nothing to move"),
        ("ann", "bob", -5, "nothing to move"),
        ("ann", "ann", 5, "to itself"),
        ("ann", "zoe", 5, "no account zoe"),
        ("zoe", "ann", 5, "no account zoe"),
        ("ann", "bob", 10_001, "ann has not enough"),
        ("bob", "ann", 1_501, "bob has not enough"),
    ],
)
def test_move_refused(ledger, source, target, cents, reason):
    with pytest.raises(Refused, match=reason):
        ledger.move(source, target, cents)
    assert (ledger.balance("ann"), ledger.balance("bob")) == (10_000, 500)
    assert ledger.statement("ann") == []


@pytest.mark.parametrize(("source", "cents", "left"), [("ann", 10_000, 0), ("bob", 1_500, -1_000), ("bob", 1, 499), ("ann", 1, 9_999)])
def test_move_to_the_limit(ledger, source, cents, left):
    ledger.move(source, "bank", cents)
    assert ledger.balance(source) == left
    assert ledger.balance("bank") == 100_000 + cents


def test_undo(ledger):
    number = ledger.move("ann", "bob", 300)
    assert ledger.undo(number) == 2
    assert (ledger.balance("ann"), ledger.balance("bob")) == (10_000, 500)


def test_undo_once(ledger):
    number = ledger.move("ann", "bob", 300)
    back = ledger.undo(number)
    for again in (number, back):
        with pytest.raises(Refused, match=f"{again} is undone"):
            ledger.undo(again)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_undo_what_is_not_there(ledger, number):
    ledger.move("ann", "bob", 300)
    with pytest.raises(Refused, match=f"no posting {number}"):
        ledger.undo(number)


def test_undo_of_the_first_of_two(ledger):
    ledger.move("ann", "bob", 300)
    ledger.move("ann", "bank", 200)
    assert ledger.undo(1) == 3
    assert (ledger.balance("ann"), ledger.balance("bob"), ledger.balance("bank")) == (9_800, 500, 100_200)


def test_undo_needs_money(ledger):
    number = ledger.move("ann", "bob", 300)
    ledger.move("bob", "bank", 1_800)
    with pytest.raises(Refused, match="bob has not enough"):
        ledger.undo(number)
    ledger.move("bank", "bob", 300)
    assert ledger.undo(number) == 4


def test_interest(ledger):
    ledger.open("low", 9)
    ledger.open("cent", 100)
    assert ledger.interest("bank", 10) == {"ann": 100, "bob": 5, "cent": 1}
    assert ledger.balance("bank") == 100_000 - 106
    assert ledger.balance("low") == 9


def test_no_interest_on_debts(ledger):
    ledger.move("bob", "ann", 1_500)
    assert ledger.interest("bank", 100) == {"ann": 1_150}
    assert ledger.balance("bob") == -1_000


def test_statement(ledger):
    ledger.move("ann", "bob", 250, "lunch")
    ledger.move("bank", "bob", 1)
    ledger.move("bob", "ann", 50)
    ledger.undo(1)
    assert ledger.statement("ann") == [
        "1 -2.50 bob (lunch) = 97.50",
        "3 +0.50 bob = 98.00",
        "4 +2.50 bob (undo 1) = 100.50",
    ]
    assert ledger.statement("bank") == ["2 -0.01 bob = 999.99"]


def test_statement_of_interest(ledger):
    ledger.interest("bank", 10)
    assert ledger.statement("bob") == ["2 +0.05 bank (interest) = 5.05"]
