"""The form that requests are sent with, read the same way in the portal and on the public page."""

from functools import wraps
from uuid import uuid4

import pytz

from odoo.http import request
from odoo.tools import email_normalize

from ..models.counterparty_request_submission import PORTAL, TooManySubmissionsError
from ..tools import web_form

# what no person sees, and programs fill in
HONEYPOT = "website_url"
LINES = ("name", "partner_name", "partner_email", "phone", "subject", "product", "lot", "place")
# what a category asks -> the answer on the form
ANSWERS = {
    "subject": "subject",
    "product": "product",
    "lot": "lot",
    "date": "wanted_date",
    "place": "place",
    "amount": "amount",
}
TOO_MANY = "counterparty_crm.request_too_many"
# pages that show what concerns one counterparty stay with the reader
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


def read_form(post, category):
    """Read a sent form.

    :param post: what was sent
    :param category: says what has to be there
    :return: answers, problems by field
    """
    answers = {name: web_form.clean_line(post.get(name)) for name in LINES}
    answers["description"] = web_form.clean_text(post.get("description"))
    moment, amount = web_form.clean_line(post.get("date")), web_form.clean_line(post.get("amount"))
    answers["wanted_date"] = web_form.read_moment(moment, get_zone()) if moment else None
    answers["amount"] = web_form.read_amount(amount) if amount else None
    problems = {name: "missing" for name in ("name", "description") if not answers[name]}
    if moment and not answers["wanted_date"]:
        problems["date"] = "date"
    if amount and not answers["amount"]:
        problems["amount"] = "amount"
    if request.env.user._is_public():
        problems.update(_check_stranger(answers))
    for ask, is_required in request.env["counterparty.request"]._get_form_fields(category).items():
        if is_required and not answers[ANSWERS[ask]]:
            problems.setdefault(ask, "missing")
    return answers, problems


def _check_stranger(answers):
    problems = {}
    if not answers["partner_name"]:
        problems["partner_name"] = "missing"
    if not email_normalize(answers["partner_email"]):
        problems["partner_email"] = "email" if answers["partner_email"] else "missing"
    return problems


def read_files():
    """Read the files that came with a form.

    :return: ``(name, content)`` of each, and ``(name, problem)`` of what is refused
    """
    uploads = [
        (web_form.file_name(upload.filename), upload)
        for upload in request.httprequest.files.getlist("files")
        if upload.filename
    ]
    problems = web_form.file_problems([(name, _get_size(upload)) for name, upload in uploads])
    if problems:
        return [], problems
    return [(name, upload.read()) for name, upload in uploads], []


def _get_size(upload):
    size = upload.seek(0, 2)
    upload.seek(0)
    return size


def get_zone():
    """Return the name of the visitor's time zone, as far as it is known."""
    user, company = request.env.user, request.env.company
    told = request.httprequest.cookies.get("tz")
    if not user._is_public():
        told = user.tz or told
    if told in pytz.all_timezones_set:
        return told
    # sudo: the zone of the company, for visitors who do not tell theirs
    return company.sudo().resource_calendar_id.tz or "UTC"


def limited(endpoint):
    """Let a route that takes note of forms answer 429 to whoever sends too many of them.

    The controller says in ``_get_too_many_values`` what stands around the answer.
    """

    @wraps(endpoint)
    def answer(controller, *args, **kwargs):
        try:
            return endpoint(controller, *args, **kwargs)
        except TooManySubmissionsError:
            return render_too_many(controller._get_too_many_values())

    return answer


def accept(post, kind=PORTAL, address=None):
    """Take note of a sent form, so that limits hold; its route is ``limited``.

    :param address: who or what the limit is for; the user when left out
    :return: the row; the request in it was made by the same form before
    :raises TooManySubmissionsError: when the visitor has to wait
    """
    address = address or _get_sender()
    # sudo: strangers leave a row that only the desk reads
    submissions = request.env["counterparty.request.submission"].sudo()
    key = web_form.clean_line(post.get("form_key"), 64)
    return submissions._accept(kind, key, address, request.httprequest.remote_addr)


def _get_sender():
    return f"user {request.env.uid}"


def accept_once(post, kind=PORTAL, address=None):
    """Take note of a sent form whose effect leaves no request; tell whether it comes first.

    Whoever gets False does nothing again: a double click, or a form sent over and over.

    :raises TooManySubmissionsError: when the visitor has to wait
    """
    # sudo: as above
    submissions = request.env["counterparty.request.submission"].sudo()
    key = web_form.clean_line(post.get("form_key"), 64)
    if submissions._is_known(key, kind, address or _get_sender()):
        return False
    accept(post, kind, address)
    return True


def get_category(code):
    """Return the offered category of a code, or none."""
    categories = request.env["counterparty.request"]._get_offered_categories()
    return categories.filtered(lambda category: category.code == code)[:1]


def render_choice(url, values):
    """Render the categories to choose from.

    :param url: where the form of each is found
    """
    categories = request.env["counterparty.request"]._get_offered_categories()
    return request.render(
        "counterparty_crm.request_choice", {**values, "categories": categories, "form_url": url}
    )


def render_form(category, url, values, post=None, problems=None, files=()):
    """Render the form of a category, empty or with what was sent and what is wrong with it."""
    requests = request.env["counterparty.request"]
    is_public = request.env.user._is_public()
    return request.render(
        "counterparty_crm.request_form",
        {
            **values,
            "category": category,
            "form_url": url,
            "form_key": web_form.clean_line((post or {}).get("form_key"), 64) or uuid4().hex,
            "honeypot": HONEYPOT,
            "is_public": is_public,
            "asks": requests._get_form_fields(category),
            "documents": [] if is_public else requests._get_document_choices(),
            "products": [] if is_public else requests._get_product_choices(),
            "currency": request.env.company.currency_id,
            "accept": ",".join(f".{name}" for name in sorted(web_form.EXTENSIONS)),
            "max_files": web_form.MAX_FILES,
            "max_megabytes": web_form.MAX_BYTES // 1024**2,
            "sent": post or {"description": requests._get_starting_text(category)},
            "problems": problems or {},
            "file_problems": files,
        },
        headers=PRIVATE,
        status=422 if problems or files else 200,
    )


def render_too_many(values):
    """Tell a visitor to wait."""
    return request.render(TOO_MANY, values, status=429, headers={**PRIVATE, "Retry-After": "3600"})
