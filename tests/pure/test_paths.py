"""Where a place stands in the tree, read off its path."""

from uuid import UUID

from gezhi.places import paths

IDS = [UUID(int=n) for n in range(1, 7)]
PATHS = ["/"]
for one in IDS:
    PATHS.append(paths.joined(PATHS[-1], one))


def test_a_path_says_how_deep_it_goes_and_where_it_ends() -> None:
    assert [paths.depth(path) for path in ("", *PATHS)] == [0, *range(7)]
    assert [paths.end(path) for path in ("", *PATHS)] == [None, None, *IDS]


def test_a_path_is_cut_at_a_depth_and_never_made_longer() -> None:
    cut = [paths.upper(path, paths.COMPOUND) for path in ("", *PATHS)]
    assert cut == ["/", *PATHS[: paths.COMPOUND + 1], PATHS[paths.COMPOUND], PATHS[paths.COMPOUND]]
    assert paths.above(PATHS[3]) == PATHS[1:3]


def test_a_place_knows_its_community_once_it_has_one() -> None:
    assert [paths.community_id(path) for path in PATHS] == [None] * paths.COMMUNITY + [IDS[2]] * 4


def test_a_subtree_is_a_range_that_holds_itself_and_what_lies_below() -> None:
    low, high = paths.span(PATHS[2])
    assert [low <= path < high for path in PATHS] == [paths.is_within(path, PATHS[2]) for path in PATHS]
    assert not paths.is_within(PATHS[2], "")
