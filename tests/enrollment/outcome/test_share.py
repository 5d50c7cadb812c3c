"""The picture to show: the school and the year, the same for every child; only a family with the place fetches it."""

import io

import pytest
from PIL import Image

from enrollment.outcome.share import share_picture
from foundation.errors import NotAllowed, Refused
from schools.badges import badge_put
from tests import factories
from tests.enrollment.outcome.test_letters import badge, enter, placed
from tests.schools.test_badges import chunks

pytestmark = pytest.mark.django_db


def test_it_is_the_same_for_every_child_and_its_file_says_nothing_besides() -> None:
    place = factories.world()
    first, second = placed(place=place), placed("enrolled", place=place)
    assert first.child.name != second.child.name or first.child.pk != second.child.pk
    pictures = {share_picture(guardian=one.guardian, application_id=one.pk) for one in (first, second)}
    assert len(pictures) == 1
    (made,) = pictures
    assert set(chunks(made)) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    with Image.open(io.BytesIO(made)) as shown:
        assert shown.size == (1080, 1350)
        assert not shown.info
    assert len(made) < 150_000


def test_another_school_another_badge_and_another_language_are_other_pictures() -> None:
    place = factories.world()
    one, other = placed(place=place), placed(place=place, school="WL02")
    path = f"/my/applications/{one.pk}/picture.png"
    bare = enter(one.guardian).get(path).content
    assert enter(other.guardian).get(f"/my/applications/{other.pk}/picture.png").content != bare
    assert enter(one.guardian, "en").get(path).content != bare
    badge_put(official=factories.staff("official"), code="WL01", content=badge())
    assert enter(one.guardian).get(path).content != bare


@pytest.mark.parametrize("state", ["submitted", "waiting", "offered", "declined", "lapsed", "withdrawn"])
def test_before_the_place_is_taken_and_after_its_end_there_is_none(state: str) -> None:
    application = placed(state)
    with pytest.raises(Refused):
        share_picture(guardian=application.guardian, application_id=application.pk)
    assert enter(application.guardian).get(f"/my/applications/{application.pk}/picture.png").status_code == 302


def test_only_its_family_fetches_it_and_no_cache_keeps_it() -> None:
    application = placed()
    path = f"/my/applications/{application.pk}/picture.png"
    answer = enter(application.guardian).get(path)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "no-store")
    for secret in (application.receipt, str(application.pk), application.child.name):
        assert secret not in str(answer.headers)
    stranger = factories.guardian()
    assert enter(stranger).get(path).status_code == 404
    with pytest.raises(NotAllowed):
        share_picture(guardian=stranger, application_id=application.pk)


def test_the_page_of_the_letter_offers_it_once_the_place_is_taken() -> None:
    taken, offered = placed(), placed("offered")
    for application, there in ((taken, True), (offered, False)):
        page = enter(application.guardian).get(f"/my/applications/{application.pk}/letter/").content.decode()
        assert ('data-qa="share"' in page) is there
