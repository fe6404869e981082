"""What was covered stays covered, whatever was shown before; the original stays sealed; history is never overwritten."""

import math
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image

from gezhi.evidence import actions, check, looking, queries, store
from gezhi.evidence.actions import Kept, claim, keep, prepare, purge
from gezhi.evidence.looking import keep_from_all, redact, show_to_all
from gezhi.evidence.models import Evidence, Redaction
from gezhi.journal import outbox
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.tenancy.clock import new_id
from tests.evidence.pictures import Sent, file_of, heic, noisy, notes, photo, scene

CHEN = Actor(ActorKind.ACCOUNT, UUID(int=7))
LEFT_UPPER = [0.0, 0.0, 0.5, 0.5]
RIGHT_LOWER = [0.5, 0.5, 0.5, 0.5]
BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


@pytest.fixture
def kept(office, noon):
    """A picture of a report, its copies made."""
    return shown(photo(), noon)


def shown(data, noon) -> Kept:
    (one,) = keep([Sent(data)], at=noon)
    claim([one.id], kind="report", id=new_id(), at=noon)
    prepare(one.id, at=noon)
    assert isinstance(one, Kept)
    return one


def corners(id, edge=400):
    """The colours in the middle of the left upper and of the right lower quarter of what is shown."""
    with Image.open(queries.served_path(id, edge)) as picture:
        pixels = picture.convert("RGB")
        width, height = pixels.size
        return [pixels.getpixel((width // 4 * n, height // 4 * n)) for n in (1, 3)]


def near(pixels, *colours):
    return all(math.dist(pixel, colour) < 70 for pixel, colour in zip(pixels, colours, strict=True))


@pytest.mark.parametrize("edge", store.EDGES)
@pytest.mark.parametrize(
    "data",
    [
        photo(),
        file_of(scene().transpose(Image.Transpose.ROTATE_90), exif=notes(6)),
        heic("turned-6"),
        file_of(scene(2000, 1500), "PNG"),
    ],
    ids=["jpeg", "turned", "heic", "large"],
)
def test_what_is_covered_is_painted_over_in_every_copy_of_the_upright_picture(office, noon, data, edge):
    one = shown(data, noon)
    assert near(corners(one.id, edge), RED, WHITE)
    redact(one.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    prepare(one.id, at=noon)
    assert near(corners(one.id, edge), BLACK, WHITE)
    assert store.original(one.sha256).read_bytes() == data


def test_from_the_moment_it_is_covered_nothing_older_is_shown_and_the_old_copies_go(kept, noon):
    old = {queries.served_path(kept.id, edge) for edge in store.EDGES}
    redact(kept.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    assert queries.served_path(kept.id, 400) is None
    (errand,) = outbox.claim(at=noon + timedelta(seconds=1))
    assert (errand.kind, errand.key) == ("evidence.prepare", str(kept.id))
    prepare(kept.id, at=noon)
    outbox.done(errand, at=noon)
    new = {queries.served_path(kept.id, edge) for edge in store.EDGES}
    assert (old & new, [path for path in old if path.exists()]) == (set(), [])
    assert set(store.files(kept.sha256)) == new | {store.original(kept.sha256)}
    assert list(check.findings(noon)) == []


def test_twin_unswept_the_old_copies_would_still_lie_there(kept, noon, monkeypatch):
    monkeypatch.setattr(actions, "_drop_unwanted", lambda sha256: None)
    old = queries.served_path(kept.id, 400)
    redact(kept.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    prepare(kept.id, at=noon)
    assert old.exists()


def test_copies_that_were_being_made_while_it_was_covered_are_never_named(office, noon, monkeypatch):
    (one,) = keep([Sent(photo())], at=noon)
    claim([one.id], kind="report", id=new_id(), at=noon)
    make = actions._make

    def covered_meanwhile(row, copies):
        make(row, copies)
        monkeypatch.setattr(actions, "_make", make)
        redact(one.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)

    monkeypatch.setattr(actions, "_make", covered_meanwhile)
    prepare(one.id, at=noon)
    assert queries.served_path(one.id, 400) is None
    assert store.files(one.sha256) == [store.original(one.sha256)]
    prepare(one.id, at=noon)
    assert near(corners(one.id), BLACK, WHITE)


def test_undoing_is_a_new_line_of_the_history(kept, noon):
    redact(kept.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    redact(kept.id, [LEFT_UPPER, RIGHT_LOWER], "还有门牌", actor=CHEN, at=noon)
    prepare(kept.id, at=noon)
    assert near(corners(kept.id), BLACK, BLACK)
    redact(kept.id, [], "遮错了", actor=CHEN, at=noon)
    prepare(kept.id, at=noon)
    assert near(corners(kept.id), RED, WHITE)
    assert [(len(one.boxes), one.reason, one.by_id) for one in queries.redactions(kept.id)] == [
        (0, "遮错了", CHEN.id),
        (2, "还有门牌", CHEN.id),
        (1, "有人脸", CHEN.id),
    ]
    told = [(step.entry.event, step.words.get("reason", "")) for step in story("evidence", kept.id)]
    assert told == [("redacted", "有人脸"), ("redacted", "还有门牌"), ("redacted", "遮错了")]


def test_the_same_file_in_another_report_is_covered_only_there_where_it_was_covered(office, noon):
    one, other = shown(photo(), noon), shown(photo(), noon)
    redact(one.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    prepare(one.id, at=noon)
    assert (one.sha256, near(corners(one.id), BLACK, WHITE)) == (other.sha256, True)
    assert near(corners(other.id), RED, WHITE)


def test_a_purged_picture_takes_its_covered_copies_along(office, noon):
    (one,) = keep([Sent(photo())], at=noon)
    id = new_id()
    claim([one.id], kind="report", id=id, at=noon)
    redact(one.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    prepare(one.id, at=noon)
    assert len(store.files(one.sha256)) == 3
    actions.discard(kind="report", id=id, at=noon)
    purge(at=noon)
    assert store.files(one.sha256) == []


@pytest.mark.parametrize(
    ("boxes", "code"),
    [
        ([[0, 0, 0, 0.5]], "not_a_box"),
        ([[0, 0, 0.5]], "not_a_box"),
        ([[math.nan, 0, 0.5, 0.5]], "not_a_box"),
        ([[math.inf, 0, 0.5, 0.5]], "not_a_box"),
        ([[1.5, 0, 0.5, 0.5]], "not_a_box"),
        ([[n / 100, 0, 0.1, 0.1] for n in range(21)], "too_many"),
        ([], "same"),
    ],
)
def test_what_is_no_box_changes_nothing(kept, noon, boxes, code):
    with pytest.raises(Invalid) as refusal:
        redact(kept.id, boxes, "有人脸", actor=CHEN, at=noon)
    assert (refusal.value.field, refusal.value.code) == ("boxes", code)
    assert not Redaction.objects.exists()
    assert queries.served_path(kept.id, 400)


def test_a_box_over_the_edge_is_cut_to_the_picture(kept, noon):
    assert looking.fitted([[-0.5, 0.9, 1.0, 0.9]]) == [(0.0, 0.9, 0.5, 0.1)]


def test_covering_needs_a_reason_and_a_picture_that_is_somebody_s(kept, noon):
    with pytest.raises(Missing):
        redact(kept.id, [LEFT_UPPER], "  ", actor=CHEN, at=noon)
    (free,) = keep([Sent(file_of(noisy()))], at=noon)
    for id in (free.id, new_id()):
        with pytest.raises(NotFound):
            redact(id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
        with pytest.raises(NotFound):
            show_to_all(id, actor=CHEN, at=noon)


def test_who_may_see_it_is_decided_journalled_and_taken_back(kept, noon):
    def is_public():
        return queries.by_ids([kept.id])[kept.id].public_at is not None

    assert not is_public()
    for _ in range(2):
        show_to_all(kept.id, actor=CHEN, at=noon)
        assert is_public()
    keep_from_all(kept.id, actor=CHEN, at=noon)
    assert not is_public()
    assert [step.entry.event for step in story("evidence", kept.id)] == ["shown_to_all", "kept_from_all"]


def test_what_is_uncovered_must_be_looked_at_again_before_everybody_sees_it(kept, noon):
    redact(kept.id, [LEFT_UPPER], "有人脸", actor=CHEN, at=noon)
    show_to_all(kept.id, actor=CHEN, at=noon)
    redact(kept.id, [LEFT_UPPER, RIGHT_LOWER], "还有门牌", actor=CHEN, at=noon)
    assert queries.by_ids([kept.id])[kept.id].public_at == noon
    redact(kept.id, [RIGHT_LOWER], "遮错了", actor=CHEN, at=noon)
    assert queries.by_ids([kept.id])[kept.id].public_at is None


def mandelbrot(size=(800, 600), **how):
    return Image.effect_mandelbrot((800, 600), (-2, -1.2, 1, 1.2), 60).convert("RGB").resize(size)


def test_the_same_picture_from_another_report_is_known(office, noon, django_assert_max_num_queries):
    first = shown(file_of(mandelbrot(), quality=92), noon)
    smaller = shown(file_of(mandelbrot((500, 375)), "WEBP", quality=50), noon)
    shown(file_of(scene(800, 600)), noon)
    again = shown(file_of(mandelbrot(), quality=92), noon)
    with django_assert_max_num_queries(3):
        found = queries.alike([first.id])[first.id]
    assert [row.id for row in found] == [again.id, smaller.id]
    ids = [row.id for row in Evidence.objects.all()]
    with django_assert_max_num_queries(3):
        assert queries.seen_elsewhere([first.id]) == {first.id}
    assert queries.seen_elsewhere(ids) == set()  # all of them are here
    assert queries.seen_elsewhere([]) == set()
    assert queries.alike([new_id()]) == {}
    each = queries.alike(ids)
    assert [row.id for row in each[again.id]] == [first.id, smaller.id]
    assert each == {id: queries.alike([id])[id] for id in ids}


def test_pictures_of_nothing_are_alike_only_when_they_are_the_same_file(office, noon):
    walls = [file_of(Image.new("RGB", (200, 100), colour)) for colour in ("white", "white", "grey")]
    first, same, other = (shown(data, noon) for data in walls)
    assert [row.id for row in queries.alike([first.id])[first.id]] == [same.id]
    assert queries.alike([other.id]) == {other.id: []}
