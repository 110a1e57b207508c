"""All attacks, by family."""

from __future__ import annotations

from tests.sandbox.attack import (
    equality,
    forge,
    host,
    link,
    lock,
    namespace,
    network,
    peek,
    process,
    program,
    residue,
    resource,
    survivor,
    syscall,
    tamper,
)
from tests.sandbox.attack.entry import Attack

CORPUS: dict[str, list[Attack]] = {
    "resource": resource.ATTACKS,
    "host": host.ATTACKS,
    "network": network.ATTACKS,
    "process": process.ATTACKS,
    "namespace": namespace.ATTACKS,
    "syscall": syscall.ATTACKS,
    "lock": lock.ATTACKS,
    "forge": forge.ATTACKS,
    "equality": equality.ATTACKS,
    "peek": peek.ATTACKS,
    "tamper": tamper.ATTACKS,
    "survivor": survivor.ATTACKS,
    "residue": residue.ATTACKS,
    "link": link.ATTACKS,
    "program": program.ATTACKS,
}


def named(name: str) -> Attack:
    """The attack of this name."""
    return next(attack for attacks in CORPUS.values() for attack in attacks if attack.name == name)
