"""The public door of enrollment: every write goes through one of these functions."""

from enrollment.services import drafts
from enrollment.services.assessment import application_assess, assess_sweep
from enrollment.services.drafts import child_add, draft_open, draft_prefill, draft_save
from enrollment.services.offers import lapse_sweep, offer_answer
from enrollment.services.review import application_appeal, review_approve, review_open, review_refuse, review_return
from enrollment.services.rounds import round_step
from enrollment.services.signin import sign_in_code_send
from enrollment.services.submission import application_submit, application_withdraw

__all__ = [
    "application_appeal",
    "application_assess",
    "application_submit",
    "application_withdraw",
    "assess_sweep",
    "child_add",
    "draft_open",
    "draft_prefill",
    "draft_save",
    "drafts",
    "lapse_sweep",
    "offer_answer",
    "review_approve",
    "review_open",
    "review_refuse",
    "review_return",
    "round_step",
    "sign_in_code_send",
]
