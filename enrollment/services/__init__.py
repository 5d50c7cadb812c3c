"""The public door of enrollment: every write goes through one of these functions."""

from enrollment.services import drafts
from enrollment.services.appeals import (
    appeal_decide,
    appeal_file,
    appeal_take_back,
    hearing_ask_move,
    hearing_confirm,
    hearing_set,
)
from enrollment.services.assessment import application_assess, applications_assess, assess_left_over
from enrollment.services.assist import (
    consent_by_code,
    consent_by_paper,
    consent_code_send,
    training_record,
    visit_end,
    visit_object,
    visit_start,
    visits_sweep,
)
from enrollment.services.assist_look import paper_look
from enrollment.services.binding import binding_answer
from enrollment.services.documents import (
    certificate_add,
    document_add,
    document_remove,
    document_reuse,
    document_turn,
    files_sweep,
)
from enrollment.services.documents_upload import upload_append, upload_finish, upload_open, uploads_sweep
from enrollment.services.drafts import (
    child_add,
    draft_file,
    draft_open,
    draft_prefill,
    draft_save,
    may_ask_again,
    register_children,
)
from enrollment.services.guardians import (
    guardian_ask,
    guardian_invite,
    guardianship_end,
    invitation_answer,
    invitation_find,
    invitation_revoke,
    protection_order,
    protection_set,
    request_answer,
)
from enrollment.services.home_visits import home_visit_add, home_visit_result
from enrollment.services.letters import letter_document, letter_issue, receipt_document
from enrollment.services.merge import accounts_join
from enrollment.services.offers import attendance_say, lapse_sweep, offer_answer
from enrollment.services.privacy import copy_make, deletion_make
from enrollment.services.registry import registry_export, registry_save
from enrollment.services.remote_help import help_ask, help_end, help_join, hint_leave
from enrollment.services.review import review_approve, review_open, review_refuse, review_return
from enrollment.services.rounds import round_step
from enrollment.services.shared_correction import shared_correct
from enrollment.services.signin import sign_in_code_send
from enrollment.services.submission import application_submit, application_withdraw
from enrollment.services.takeover import account_claim, claim_code_make
from enrollment.services.terminals import terminal_make, terminal_pair, terminal_revoke

__all__ = [
    "account_claim",
    "accounts_join",
    "appeal_decide",
    "appeal_file",
    "appeal_take_back",
    "application_assess",
    "application_submit",
    "application_withdraw",
    "applications_assess",
    "assess_left_over",
    "attendance_say",
    "binding_answer",
    "certificate_add",
    "child_add",
    "claim_code_make",
    "consent_by_code",
    "consent_by_paper",
    "consent_code_send",
    "copy_make",
    "deletion_make",
    "document_add",
    "document_remove",
    "document_reuse",
    "document_turn",
    "draft_file",
    "draft_open",
    "draft_prefill",
    "draft_save",
    "drafts",
    "files_sweep",
    "guardian_ask",
    "guardian_invite",
    "guardianship_end",
    "hearing_ask_move",
    "hearing_confirm",
    "hearing_set",
    "help_ask",
    "help_end",
    "help_join",
    "hint_leave",
    "home_visit_add",
    "home_visit_result",
    "invitation_answer",
    "invitation_find",
    "invitation_revoke",
    "lapse_sweep",
    "letter_document",
    "letter_issue",
    "may_ask_again",
    "offer_answer",
    "paper_look",
    "protection_order",
    "protection_set",
    "receipt_document",
    "register_children",
    "registry_export",
    "registry_save",
    "request_answer",
    "review_approve",
    "review_open",
    "review_refuse",
    "review_return",
    "round_step",
    "shared_correct",
    "sign_in_code_send",
    "terminal_make",
    "terminal_pair",
    "terminal_revoke",
    "training_record",
    "upload_append",
    "upload_finish",
    "upload_open",
    "uploads_sweep",
    "visit_end",
    "visit_object",
    "visit_start",
    "visits_sweep",
]
