"""Where things happen: the named places of the demonstration by community and kind of ground, and who is sent there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.places import Names
from gezhi.places import queries as places
from gezhi.places.kinds import Kind

SHARES = {  # how many of the voices; all others share the rest alike. 悦海 is where the cast works.
    "悦海社区": 0.22,
    "长峰馨安社区": 0.09,
    "长峰怡安社区": 0.09,
    "皇冠花园社区": 0.08,
    "乐天社区": 0.08,
    "韩乐坊社区": 0.06,
    "海泉社区": 0.05,
}
GROUND = {
    Kind.BUILDING: "building",
    Kind.COMPOUND: "yard",
    Kind.STREET: "street",
    Kind.MARKET: "market",
    Kind.COMMUNITY: "community",
}
OF_NO_COMPANY = frozenset({"community", "street", "market"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by its full name, and the code of the company that serves it ("" = none)."""

    full_name: str
    company: str

    @property
    def community(self) -> str:
        return self.full_name.split()[0]


@dataclass(frozen=True, slots=True)
class Grounds:
    """spots: by community, then by kind of ground, in the order of the data."""

    spots: Mapping[str, Mapping[str, tuple[Spot, ...]]]
    weights: Mapping[str, float] = field(default_factory=dict)

    def draw(self, lot: Random, on: tuple[str, ...]) -> tuple[Spot, str]:
        """A spot for something that happens on such ground, and which of these it is."""
        fitting = [one for one in self.spots if any(kind in self.spots[one] for kind in on)]
        community = lot.choices(fitting, [self.weights[one] for one in fitting])[0]
        kinds = [kind for kind in on if kind in self.spots[community]]
        first = 1.0 if len(kinds) == 1 else 2.0
        kind = lot.choices(kinds, [first, *[1.0] * (len(kinds) - 1)])[0]
        return lot.choice(self.spots[community][kind]), kind


def grounds(names: Names, served: Mapping[str, str]) -> Grounds:
    """What build_places and widen made. served: code of the company by the full name of its compound."""
    rows = places.by_ids(names.places.values())
    spots: dict[str, dict[str, list[Spot]]] = {}
    for full_name, id in names.places.items():
        ground = GROUND.get(Kind(rows[id].kind))
        if ground is None or rows[id].community_id is None:
            continue
        company = next(
            (code for place, code in served.items() if f"{full_name} ".startswith(f"{place} ")), ""
        )
        spots.setdefault(full_name.split()[0], {}).setdefault(ground, []).append(Spot(full_name, company))
    rest = (1 - sum(SHARES.values())) / (len(spots) - len(SHARES))
    frozen = {
        community: {kind: tuple(found) for kind, found in of.items()} for community, of in spots.items()
    }
    return Grounds(frozen, {community: SHARES.get(community, rest) for community in spots})


def sent_to(kind: bank.Kind, spot: Spot, ground: str) -> str:
    """Whom the desk sends: who is named for the category, else the company there, else the community's own people."""
    if kind.to == "community":
        return spot.community
    if kind.to and (ground in OF_NO_COMPANY or kind.to in UTILITIES):
        return kind.to
    return spot.company or spot.community


UTILITIES = frozenset(
    {"GD", "GR", "GS", "RQ", "TX", "ZHZF", "STHJ"}
)  # they come into a compound, too: nobody else may
