"""Numbers of things a family or a school holds: certificates, property units, sales contracts, credit codes."""

import re

from identifiers import radicals, text
from identifiers.result import Checked, Context, accept, notice, refuse

CERTIFICATE, UNIT, CREDIT, CONTRACT = "certificate", "property-unit", "credit-code", "contract"

AND = "、"  # between the numbers of one home
MOST_CERTIFICATES = 4
_JOINTS = re.compile(r"[、,，;；/\\\n]|(?<=号)\s*(?:[和及与]\s*|\s(?=\S))")
_BRACKETS = str.maketrans(dict.fromkeys("〔[【﹙⟨<", "(") | dict.fromkeys("〕]】﹚⟩>", ")"))
_HAN = "\u4e00-\u9fff"
# the length of the running number is not fixed: seven digits by the rule, eight in practice
_REAL_ESTATE = re.compile(
    rf"(?P<before>[{_HAN}]+)\((?P<year>(?:19|20)[0-9]{{2}})\)(?P<place>[{_HAN}]*)不动产(?:权|证明)第(?P<number>[0-9]{{4,12}})号"
)
# the brackets around the year are easily left out: 湘2019常德市不动产权第...
_BARE_YEAR = re.compile(rf"^([{_HAN}]{{1,4}})((?:19|20)[0-9]{{2}})(?:年)?([{_HAN}]*不动产(?:权|证明)第)")
_OLD = re.compile(
    rf"[{_HAN}()0-9A-Z]*(?:房权证|房地证|房产证|房地权证|房证|国用|集用|土地证|宅基|房地[{_HAN}]{{0,6}}字)"
    rf"[{_HAN}()0-9A-Z]*[0-9]{{2,}}[{_HAN}]{{0,4}}"
)
_UNIT = re.compile(r"[0-9]{12}[GJZ][A-Z][0-9]{5}[FLQW][0-9]{8}")
_CREDIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CONTRACT = re.compile(rf"(?=.*[0-9]{{2}})[0-9A-Z{_HAN}()#/.-]{{4,60}}")


def normalise_certificate(raw: str) -> str:
    """One kind of brackets and no spaces; hyphens stay, because they belong to some older numbers."""
    folded = text.dashes(text.width(radicals.characters(text.visible(raw)))).translate(_BRACKETS)
    bare = text.upper("".join(_JOINTS.sub(AND, folded).split()))
    return AND.join(_BARE_YEAR.sub(r"\1(\2)\3", one) for one in bare.strip(AND).split(AND))


def numbers_in(value: str) -> list[str]:
    """The numbers of one home that stand in a certificate field, each in its normal form; none in an empty one."""
    return [one for one in normalise_certificate(value).split(AND) if one]


def check_certificate(raw: str, context: Context) -> Checked:
    """Check an immovable property certificate number; certificates from before 2015 pass with a notice (they stay
    valid). Several of one home (a flat and its store room, one for each owner) stand in one field, joined by 、.
    """
    value, several = normalise_certificate(raw), numbers_in(raw)
    if len(several) > 1:
        return _several(raw, value, several, context)
    match = _REAL_ESTATE.fullmatch(value)
    if match is None:
        if not _OLD.fullmatch(value.replace("-", "")):
            return refuse(CERTIFICATE, raw, value, "certificate_format")
        return accept(CERTIFICATE, raw, value, warnings=(notice("certificate_old"),))
    if context.today is not None and int(match["year"]) > context.today.year:
        return refuse(CERTIFICATE, raw, value, "certificate_year", year=match["year"])
    facts = {"year": match["year"], "number": match["number"], "place": match["before"] + match["place"]}
    return accept(CERTIFICATE, raw, value, facts=facts)


def _several(raw: str, value: str, several: list[str], context: Context) -> Checked:
    if len(several) > MOST_CERTIFICATES:
        return refuse(CERTIFICATE, raw, value, "certificate_several", most=str(MOST_CERTIFICATES))
    each = [check_certificate(one, context) for one in several]
    wrong = next((one for one in each if not one.ok), None)
    if wrong is not None:
        return refuse(CERTIFICATE, raw, value, wrong.code, **wrong.params)
    warnings = tuple(dict.fromkeys(notice(warning.code) for one in each for warning in one.warnings))
    return accept(CERTIFICATE, raw, value, warnings=warnings)


def check_unit(raw: str, context: Context) -> Checked:  # noqa: ARG001 - one signature for every kind
    """Check a property unit number (GB/T 37346): parcel 6+3+3+2+5, fixture kind 1 (F building, L wood, Q other, W
    none) and 8.
    """
    value = text.code(raw)
    if len(value) != 28:
        return refuse(UNIT, raw, value, "unit_length", length=str(len(value)))
    if not _UNIT.fullmatch(value):
        return refuse(UNIT, raw, value, "unit_format")
    return accept(UNIT, raw, value, facts={"division": value[:6], "parcel": value[:19], "fixture": value[19]})


def check_credit(raw: str, context: Context) -> Checked:  # noqa: ARG001
    """Check a unified social credit code (GB 32100): 18 characters without I O Z S V, the last one a check
    character.
    """
    value = text.code(raw)
    if len(value) != 18:
        return refuse(CREDIT, raw, value, "length", length=str(len(value)), expected="18")
    if not _CREDIT.fullmatch(value):
        return refuse(CREDIT, raw, value, "credit_character")
    from stdnum.cn import uscc

    expected = uscc.calc_check_digit(value[:17])
    if expected != value[17]:
        return refuse(CREDIT, raw, value, "checksum", expected=expected)
    return accept(CREDIT, raw, value, facts={"division": value[2:8]})


def normalise_contract(raw: str) -> str:
    """As the city prints it, with one kind of brackets and dashes; where they stand may tell two filings apart."""
    folded = text.dashes(text.width(radicals.characters(text.visible(raw)))).translate(_BRACKETS)
    return text.upper("".join(folded.split()))


def check_contract(raw: str, context: Context) -> Checked:  # noqa: ARG001
    """Check the filing number of a sales contract or a lease: 4 to 60 letters, digits, signs and Chinese characters,
    as cities print them, at least two digits in a row.
    """
    value = normalise_contract(raw)
    if not _CONTRACT.fullmatch(value):
        return refuse(CONTRACT, raw, value, "contract_format")
    return accept(CONTRACT, raw, value)


def mask(value: str) -> str:
    """First three and last four characters, fewer of a short number."""
    return text.stars(value, 3, 4)
