"""Mutants of the small Python functions that no case tells from their original: equivalent, or as good as that. They are no bugs."""

from __future__ import annotations

UNNOTICED = frozenset({
    "057fdb1ecca5928f", "067d0145e9585e4b", "11f83faf2b559313", "13c15c7ab44adf10", "17dc9fa281122357", "1ed4d8c8a3bfc8f6",
    "21a3fa5736d1a4fa", "254c8cef244c1385", "282772a41bc345b8", "381d90738af7e31b", "3e9a693f759fe077", "443f82bcddc34e48",
    "466a5476f562d81a", "4848c0d503f4a38f", "4b05648aca429ee1", "53a6b1ba3d19745a", "55ba892f64574989", "5974d4bb86866995",
    "694a2380b7db720d", "6d72a960b7627a8e", "730fbd7ef3a79d0c", "74bde038952a1fc3", "76f7ef7ee9b26201", "8afe0b087ebcc328",
    "8c7c562bfcf93aab", "8e87caac6317c390", "933cb5a50faf2001", "a0a16047deba30da", "a324aa2718eb44ac", "a47e573d19b1cde3",
    "a4c57cd2340baa41", "a578ccdbf5961f56", "a582d9e6967c0495", "ab84286675182c02", "ab95aeb8c104e473", "d137d98d52377ffc",
    "d3c1d2942e57573b", "deb584b92aac7579", "e808f3f61cffb762", "ec413c51c87a94fc", "ecd75b660115793e", "f0127f259a96cc40",
    "f18aebb9abb6285e", "f1e94e27f7085705", "f39fcd80488b8603", "fc68021f806965b4", "ff75fa7a856f55bd",
})  # fmt: skip
"""Fingerprints of their sources; a test holds that there are no others."""
