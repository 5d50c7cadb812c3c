"""URLs of signing in and of one's own account."""

from django.urls import path

from enrollment.account.views import account, confirming, signin

urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-in/code/", signin.code, name="code"),
    path("sign-in/with/<slug:key>/", signin.leave, name="sign-in-with"),
    path("sign-in/back/<slug:key>/", signin.back, name="sign-in-back"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("entry/<slug:key>/", signin.entry, name="entry"),
    path("my/account/", account.account, name="account"),
    path("my/account/everywhere/", account.everywhere, name="account-everywhere"),
    path("my/account/protection/", account.protection, name="account-protection"),
    path("my/account/join/", account.join, name="account-join"),
    path("my/account/phone/", account.phone, name="account-phone"),
    path("my/identity/", confirming.identity, name="identity"),
    path("my/identity/face/", confirming.face, name="face"),
    path("my/identity/face/leave/", confirming.face_leave, name="face-leave"),
    path("my/identity/face/back/", confirming.face_back, name="face-back"),
    path("my/identity/face/ask/", confirming.face_ask, name="face-ask"),
    path("my/identity/face/withdraw/", confirming.face_withdraw, name="face-withdraw"),
]
