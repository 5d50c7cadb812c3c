"""The pages of the synthetic government sign-in, in Chinese and English, without scripts."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import parse_qs

from verification.mock_identity.people import Person

WORDS: Mapping[str, Mapping[str, str]] = {
    "province": {"zh": "省政务服务统一身份认证", "en": "Provincial government sign-in"},
    "cityapp": {"zh": "城市服务 App 统一登录", "en": "City app sign-in"},
    "synthetic": {
        "zh": "演示：这里的人员、号码均为合成数据，不是真实的政务服务。",
        "en": "Demonstration: every person and number here is synthetic. This is no real government service.",
    },
    "who": {"zh": "您是哪位？", "en": "Who are you?"},
    "other": {"zh": "或输入其他合成手机号", "en": "Or another synthetic mobile number"},
    "how": {"zh": "如何核验身份？", "en": "How shall we check that it is you?"},
    "card": {"zh": "银行卡核验（实名）", "en": "Bank card (real name checked)"},
    "counter": {"zh": "已在服务窗口核验（实名）", "en": "Checked at a service counter (real name checked)"},
    "face": {"zh": "人脸核验（需另行同意）", "en": "Face check (asks for your consent first)"},
    "password": {"zh": "仅密码", "en": "Password only"},
    "go": {"zh": "登录", "en": "Sign in"},
    "cancel": {"zh": "取消，返回", "en": "Cancel and go back"},
    "nobody": {
        "zh": "没有这个手机号的合成人员，请重新选择。",
        "en": "Nobody synthetic has this number. Please pick again.",
    },
    "face_title": {"zh": "人脸核验须经您单独同意", "en": "A face check needs your separate consent"},
    "face_text": {
        "zh": "您的面部图像仅在此处比对一次，随即删除，不提供给报名系统；报名系统只得知“已核验”。不同意也可继续。",
        "en": (
            "Your face is compared once, here, and the picture is deleted at once. The enrollment portal never gets "
            "it: it only learns that you were checked. You can go on without it."
        ),
    },
    "agree": {"zh": "同意，进行人脸核验", "en": "I agree: check my face"},
    "without": {"zh": "不同意，改用银行卡核验", "en": "No face: use my bank card"},
    "face_service": {"zh": "省人脸核验服务", "en": "Provincial face check"},
    "face_who": {"zh": "待核验人员：", "en": "To be checked: "},
    "face_how": {
        "zh": "演示中不会打开摄像头，也不会产生任何图像，按下按钮即代表完成拍摄。",
        "en": "In this demonstration no camera is opened and no picture exists: a button stands for it.",
    },
    "face_unknown": {
        "zh": "合成城市里没有这个姓名和号码，核验不会通过。可以返回，改用以下合成人员：",
        "en": "The synthetic city has nobody of this name and number: the check will not pass. Go back and try one of:",
    },
    "face_begin": {"zh": "开始人脸核验", "en": "Check my face"},
    "face_differ": {"zh": "演示：比对不一致", "en": "Demonstration: the face does not match"},
    "wrong": {
        "zh": "这个登录请求不完整，请返回报名系统重新开始。",
        "en": "This request is not complete. Go back and begin again.",
    },
}
WAYS = ("card", "counter", "face", "password")
STYLE = """
body{font:17px/1.6 system-ui,sans-serif;margin:0;background:#f3f5f8;color:#1b2530}
main{max-width:30rem;margin:0 auto;padding:1rem}
aside{background:#7a2e00;color:#fff;padding:.6rem 1rem}
h1{font-size:1.4rem}
fieldset{border:0;margin:0 0 1rem;padding:0}
legend{font-weight:600;margin-bottom:.3rem}
label.pick{display:flex;gap:.6rem;align-items:center;min-height:44px;background:#fff;padding:.2rem .8rem;margin:.3rem 0}
label.pick,input[type=tel],button{border:1px solid #8793a1;border-radius:8px}
input[type=tel]{font:inherit;min-height:44px;width:100%;box-sizing:border-box;padding:0 .8rem}
button{font:inherit;min-height:48px;width:100%;border-color:#1f4e8c;background:#1f4e8c;color:#fff;margin:.3rem 0}
button.quiet{background:#fff;color:#1f4e8c}
p.bad{background:#fde8e6;padding:.6rem 1rem;border-radius:8px}
"""


def say(key: str, language: str) -> str:
    return WORDS[key][language]


def _page(realm: str, language: str, body: str) -> str:
    title = say(realm, language)
    return (
        f'<!DOCTYPE html><html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{STYLE}</style>"
        f"</head><body><aside>{say('synthetic', language)}</aside><main><h1>{title}</h1>{body}</main></body></html>"
    )


def choose(realm: str, language: str, people: Iterable[Person], *, problem: bool) -> str:
    """Pick a person and a way to be checked."""
    picks = "".join(
        f'<label class="pick"><input type="radio" name="mobile" value="{escape(one.mobile)}"> '
        f"{escape(one.name)} {escape(one.masked)}</label>"
        for one in people
    )
    ways = "".join(
        f'<label class="pick"><input type="radio" name="way" value="{way}"{" checked" if way == "card" else ""}> '
        f"{say(way, language)}</label>"
        for way in WAYS
    )
    wrong = f'<p class="bad" role="alert">{say("nobody", language)}</p>' if problem else ""
    return _page(
        realm,
        language,
        f'{wrong}<form method="post"><fieldset><legend>{say("who", language)}</legend>{picks}'
        f'<label for="other">{say("other", language)}</label><input type="tel" id="other" name="other"></fieldset>'
        f"<fieldset><legend>{say('how', language)}</legend>{ways}</fieldset>"
        f'<button name="step" value="go">{say("go", language)}</button>'
        f'<button class="quiet" name="step" value="cancel">{say("cancel", language)}</button></form>',
    )


def face_consent(realm: str, language: str, one: Person) -> str:
    """The consent to a face check stands alone, beside the way without a face."""
    return _page(
        realm,
        language,
        f"<h2>{say('face_title', language)}</h2><p>{say('face_text', language)}</p>"
        f'<form method="post"><input type="hidden" name="other" value="{escape(one.mobile)}">'
        f'<button name="step" value="face">{say("agree", language)}</button>'
        f'<button class="quiet" name="step" value="card">{say("without", language)}</button>'
        f'<button class="quiet" name="step" value="cancel">{say("cancel", language)}</button></form>',
    )


def face_check(language: str, name: str, others: Iterable[Person]) -> str:
    """The page of the face service: whom it checks, and the buttons that stand for a camera. ``others`` are shown to a
    visitor who typed somebody the synthetic city does not have.
    """
    rows = "".join(f"<li>{escape(one.name)} {escape(one.id_number)}</li>" for one in others)
    unknown = f'<p class="bad">{say("face_unknown", language)}</p><ul>{rows}</ul>' if rows else ""
    return _page(
        "face_service",
        language,
        f"<p>{say('face_who', language)}<strong>{escape(masked_name(name))}</strong></p>{unknown}"
        f'<p>{say("face_how", language)}</p><form method="post">'
        f'<button name="step" value="check">{say("face_begin", language)}</button>'
        f'<button class="quiet" name="step" value="differ">{say("face_differ", language)}</button>'
        f'<button class="quiet" name="step" value="cancel">{say("cancel", language)}</button></form>',
    )


def masked_name(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1)


def step_of(body: bytes) -> str:
    """Which button was pressed; "" for none."""
    return parse_qs(body.decode("utf-8", "replace")).get("step", [""])[0]


def refused(realm: str, language: str) -> str:
    return _page(realm, language, f'<p class="bad" role="alert">{say("wrong", language)}</p>')
