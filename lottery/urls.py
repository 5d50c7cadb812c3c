"""Every address of the lottery, gathered from its subjects."""

from lottery.afterwards.urls import urlpatterns as afterwards
from lottery.ceremony.urls import urlpatterns as ceremony
from lottery.classes.urls import urlpatterns as classes
from lottery.rounds.urls import urlpatterns as rounds
from lottery.scores.urls import urlpatterns as scores
from lottery.verify.urls import urlpatterns as verify
from lottery.whatif.urls import urlpatterns as whatif
from lottery.witnesses.urls import urlpatterns as witnesses

app_name = "lottery"
urlpatterns = [
    *verify,
    *ceremony,
    *witnesses,
    *classes,
    *whatif,
    *scores,
    *afterwards,
    *rounds,
]
