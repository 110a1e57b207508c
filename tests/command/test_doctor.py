"""What `axion doctor` says of the sandbox."""

from click.testing import CliRunner

from axion_env.command import axion
from axion_env.command.isolation import Found, find, profiles, tiers
from axion_env.sandbox import Sandbox, SandboxUnavailable
from axion_env.sandbox.tier import TIERS, Tier, Unfit, unsafe


def test_it_names_the_tier_that_jobs_run_in() -> None:
    """What it prints for a profile is what a sandbox chooses."""
    text = CliRunner().invoke(axion, ["doctor"]).output
    rows = dict(line.split(maxsplit=1) for line in text.partition("tier of each profile\n")[2].partition("\n\n")[0].splitlines())
    assert list(rows) == ["func", "proc", "repo", "numeric"]
    with Sandbox(slots=1) as sandbox:
        for profile, said in rows.items():
            try:
                assert said == sandbox.tier(profile)
            except SandboxUnavailable:
                assert said.startswith("NONE")
    assert all(f"\n  {tier.name} " in text for tier in TIERS)


def test_it_says_why_not_and_what_to_do() -> None:
    """A tier that does not serve stands there with its reason and its mend; a profile that none serves says NONE."""
    no = Unfit("it is not installed", "install it")
    found: Found = {("nsjail", "func"): no, ("nsjail", "proc"): no, ("landlock", "func"): False, ("landlock", "proc"): Unfit("no", "never")}
    assert profiles(found)[:2] == [
        ("func", "landlock"),
        ("proc", "NONE: jobs of this profile are an error here, and the tiers below say why"),
    ]
    (name, kl_weights, why), (_, holds_too, limits) = tiers(found)
    assert (name, kl_weights, why) == ("nsjail", "no", "it is not installed; install it")
    assert holds_too == "holds"
    assert limits.startswith("no cgroups")
    assert limits.endswith("not for proc: no; never")


def test_it_says_whether_cgroups_limit() -> None:
    """With cgroups and without are told apart."""
    said = [tiers({("nsjail", "func"): limited, ("nsjail", "proc"): limited})[0][2] for limited in (True, False)]
    assert said[0].startswith("cgroups limit")
    assert said[1].startswith("no cgroups")


def test_it_believes_no_name() -> None:
    """A tier counts as holding after its self-test alone."""
    found = find((Tier("nsjail", unsafe),))
    assert all(isinstance(answer, Unfit) for answer in found.values())
    assert "does not hold here" in tiers(found)[0][2]
