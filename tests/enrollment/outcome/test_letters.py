"""Receipts and letters: genuine or not, the same bytes every time, every character of every name."""

import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from accounts.models import Account
from enrollment.outcome.letter_print import LetterFacts, letter_pdf
from enrollment.outcome.models import Letter
from enrollment.outcome.services.letters import letter_document, letter_issue, letter_made
from enrollment.printing.codes import check_code, print_code
from enrollment.printing.glyphs import has_glyph, missing, runs
from enrollment.seasons.models import Application, Offer
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.badges import badge_put, badge_take_away
from tests import factories

RARE = "𬱖䶮㛃𰻝"
LONG = "买买提·阿卜杜拉·艾合买提江·阿不都热合曼·吐尔逊"


def placed(state: str = "accepted", school: str = "WL01", *, place: factories.World | None = None) -> Application:
    """An application with a published place, in the given state of the family's answer."""
    return factories.application(state, place=place, school=school)


def enter(account: Account, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


def badge(colour: tuple[int, int, int] = (11, 86, 81)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (100, 100), colour).save(out, "PNG")
    return out.getvalue()


def text_of(body: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def facts(**changed: object) -> LetterFacts:
    given: dict[str, object] = {
        "layout": "1",
        "kind": "admission",
        "number": "26-7K3M-9QXD-4-A1",
        "receipt": "26-7K3M-9QXD-4",
        "child": "合成小明",
        "school": "滨湖路小学",
        "address": "湖南省常德市武陵区滨湖路12号",
        "phone": "",
        "district": "武陵区",
        "issuer_zh": "武陵区教育局",
        "issuer_en": "Education Bureau, Wuling",
        "year": 2026,
        "stage": "primary",
        "days": (("2026-08-31", "2026-08-31"),),
        "bring_zh": ("户口簿",),
        "bring_en": ("the household register",),
        "answer_by": "",
        "synthetic": True,
        "url": "https://portal.example/check/letter/26-7K3M-9QXD-4-A1/AAAA/",
        "issued_at": "2026-07-26T10:00:00+08:00",
    }
    return LetterFacts(**{**given, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [*RARE, "·", LONG])
def test_rare_characters_and_long_names_are_drawn_not_boxed(name: str) -> None:
    assert missing(name) == ()
    assert len(name) in {1, 25}
    for language in ("zh", "en"):
        body = letter_pdf(facts(child=name), language)
        assert name in text_of(body).replace("\n", "")
        assert len(PdfReader(io.BytesIO(body)).pages) == 1


def test_a_character_without_a_picture_is_its_code_point_and_the_letter_says_so() -> None:
    assert not has_glyph("\U00031350")
    assert runs("小\U00031350明") == [{"text": "小"}, {"code": "U+31350"}, {"text": "明"}]
    said = text_of(letter_pdf(facts(child="小\U00031350"), "zh"))
    assert said.count("U+31350") == 2
    assert "户口簿为准" in said
    assert "户口簿为准" not in text_of(letter_pdf(facts(), "zh"))


def test_words_of_people_are_never_source() -> None:
    said = text_of(letter_pdf(facts(child="#panic[x] $1$", school='"] #read("/etc/passwd")'), "zh"))
    assert "#panic[x] $1$" in said
    assert "root:" not in said


def test_control_and_direction_characters_become_spaces() -> None:
    assert runs("小\u202e明\x00") == [{"text": "小 明 "}]


def test_the_code_is_eighty_bits_and_bound_to_kind_and_number() -> None:
    codes = {print_code("k", kind, number) for kind in ("letter", "receipt") for number in ("A", "B")}
    assert len(codes) == 4
    assert all(len(code) == 16 for code in codes)
    assert print_code("other", "letter", "A") not in codes


@pytest.mark.django_db
def test_the_letter_is_issued_once_and_made_again_bit_for_bit() -> None:
    application = placed()
    first = letter_issue(guardian=application.guardian, application_id=application.pk)
    with clock.at(clock.now() + timedelta(days=40)):
        again = letter_issue(guardian=application.guardian, application_id=application.pk)
        _letter, body = letter_document(guardian=application.guardian, application_id=application.pk, language="zh")
    assert again.pk == first.pk
    stored = Letter.objects.get()
    assert letter_made(stored, "zh") == body
    assert letter_made(stored, "en") != body
    assert "合成小明" in text_of(body)


@pytest.mark.django_db
def test_a_letter_that_does_not_come_out_the_same_is_not_given() -> None:
    letter = letter_issue(guardian=(application := placed()).guardian, application_id=application.pk)
    letter.facts = {**letter.facts, "school": "另一所学校"}
    with pytest.raises(Refused) as refused:
        letter_made(letter, "zh")
    assert refused.value.code == "differs"


@pytest.mark.django_db
def test_an_issued_letter_is_never_changed() -> None:
    letter_issue(guardian=(application := placed()).guardian, application_id=application.pk)
    for change in (lambda: Letter.objects.update(digests={}), lambda: Letter.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["submitted", "waiting", "declined", "lapsed", "not_eligible", "withdrawn"])
def test_without_a_place_there_is_no_letter(state: str) -> None:
    application = placed(state)
    with pytest.raises(Refused) as refused:
        letter_issue(guardian=application.guardian, application_id=application.pk)
    assert refused.value.code == "none"
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/letter/")
    assert page.status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page", ["receipt/", "receipt-zh.pdf", "letter/", "letter-en.pdf", "appeal/", "registry/", "accept/"]
)
def test_prints_of_other_families_do_not_exist(page: str) -> None:
    application = placed("offered" if page == "accept/" else "accepted")
    assert enter(factories.guardian()).get(f"/my/applications/{application.pk}/{page}").status_code == 404
    with pytest.raises(NotAllowed):
        letter_issue(guardian=factories.guardian(), application_id=application.pk)


@pytest.mark.django_db
def test_receipt_page_and_pdf_say_what_was_filed() -> None:
    application = placed("submitted")
    client = enter(application.guardian)
    shown = client.get(f"/my/applications/{application.pk}/receipt/").content.decode()
    for word in (application.receipt, "滨湖路小学", factories.HOME):
        assert word in shown
    assert str(application.guardian.phone) not in shown
    for language in ("zh", "en"):
        answer = client.get(f"/my/applications/{application.pk}/receipt-{language}.pdf")
        said = text_of(answer.content)
        assert application.receipt in said
        assert "滨湖路小学" in said
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_public_page_says_genuine_and_no_personal_data() -> None:
    application = placed()
    letter = letter_issue(guardian=application.guardian, application_id=application.pk)
    client = Client(headers={"accept-language": "en"})
    shown = client.get(f"/check/letter/{letter.number}/{check_code('letter', letter.number)}/").content.decode()
    assert "Genuine." in shown
    assert "滨湖路小学" in shown
    number = application.receipt
    receipt = client.get(f"/check/receipt/{number}/{check_code('receipt', number)}/").content.decode()
    assert "Genuine." in receipt
    for page in (shown, receipt):
        for private in (application.child.name, application.child.id_number, str(application.guardian.phone)):
            assert private not in page
        assert factories.HOME not in page


@pytest.mark.django_db
def test_wrong_codes_are_answered_alike_whether_the_number_exists_or_not() -> None:
    application, client = placed(), Client(headers={"accept-language": "en"})
    wrong = [
        f"/check/receipt/{application.receipt}/{'A' * 16}/",
        f"/check/receipt/26-0000-0000-0/{'A' * 16}/",
        f"/check/receipt/26-0000-0000-0/{check_code('receipt', '26-0000-0000-0')}/",
        f"/check/letter/{application.receipt}-A1/{check_code('receipt', application.receipt)}/",
    ]
    answers = [client.get(path) for path in wrong]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {answer.content.decode().partition("<main")[2].partition("</main>")[0] for answer in answers}
    assert len(bodies) == 1


@pytest.mark.django_db
def test_a_wrong_code_never_asks_the_database(django_assert_num_queries: object) -> None:
    from enrollment.outcome.selectors import print_checked

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert print_checked("receipt", "26-0000-0000-0", "B" * 16, "A" * 16) is None


@pytest.mark.django_db
def test_a_correction_replaces_the_letter_and_a_withdrawn_place_withdraws_it() -> None:
    application, client = placed(), Client(headers={"accept-language": "en"})
    old = letter_issue(guardian=application.guardian, application_id=application.pk)
    path = f"/check/letter/{old.number}/{check_code('letter', old.number)}/"
    now = clock.now()
    Offer.objects.create(
        application=application, school_id="WL02", kind="correction", run_id=1, published_at=now, answer_by=now
    )
    assert "Replaced." in client.get(path).content.decode()
    new = letter_issue(guardian=application.guardian, application_id=application.pk)
    assert (new.number, new.facts["school"]) == (f"{application.receipt}-A2", "朗州路小学")
    fresh = f"/check/letter/{new.number}/{check_code('letter', new.number)}/"
    assert "Genuine." in client.get(fresh).content.decode()
    Application.objects.filter(pk=application.pk).update(state="lapsed")
    assert "Withdrawn." in client.get(fresh).content.decode()
    assert "Replaced." in client.get(path).content.decode()


@pytest.mark.django_db
def test_a_letter_keeps_the_badge_it_was_issued_with() -> None:
    application, official = placed(), factories.staff("official")
    badge_put(official=official, code="WL01", content=badge())
    letter = letter_issue(guardian=application.guardian, application_id=application.pk)
    before = letter_made(letter, "zh")
    assert letter.facts["badge"]
    assert PdfReader(io.BytesIO(before)).pages[0].images
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/letter/").content.decode()
    assert 'data-qa="badge"' in page
    badge_put(official=official, code="WL01", content=badge(colour=(200, 30, 30)))
    badge_take_away(official=official, code="WL01")
    assert letter_made(letter, "zh") == before
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/letter/").content.decode()
    assert 'data-qa="badge"' not in page


def test_letters_of_the_first_layout_are_still_made_and_the_second_has_a_place_for_the_seal() -> None:
    first, second = (text_of(letter_pdf(facts(layout=layout), "zh")) for layout in "12")
    assert "盖章" not in first
    assert "盖章" in second
    assert second.rindex("武陵区教育局") < second.rindex("盖章") < second.rindex("2026 年 7 月 26 日")
    stored = facts()
    old = {name: getattr(stored, name) for name in LetterFacts.__slots__ if name != "badge"}
    assert LetterFacts.stored(old) == stored


@pytest.mark.django_db
def test_the_letter_on_the_page_is_signed_with_issuer_and_day() -> None:
    application = placed()
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/letter/").content.decode()
    sign = page[page.index('data-qa="sign"') :].partition("</p>")[0]
    today = clock.today()
    assert "教育局" in sign
    assert f"{today.year}年{today.month}月{today.day}日" in sign
