"""Forms: rules of the services as validators, and what an invalid form answers."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import BadRequest
from wtforms import Field, PasswordField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, StopValidation

from ..core.errors import DomainError
from ..core.text import too_long
from .kept import kept_fields

# Code points that a field of one line may hold, whatever its own rule; the rule of a text area measures it first.
MAX_FIELD_LENGTH = 2000
MISSING = lazy_gettext("Fill this in.")


class Form(FlaskForm):  # type: ignore[misc]  # the library's class is untyped
    """A form with nothing in it but its protection against forged requests.

    A request that brings what was typed before a log-in shows it again, and counts as not sent: it changes nothing.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Fields hold text: a file or JSON that is sent in its place counts as nothing sent."""

        def wrap_formdata(self, form: FlaskForm, _given: object) -> Any:
            """What the fields are read from."""
            return request.form if form.is_submitted() else kept_fields()

        def bind_field(self, form: FlaskForm, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Measure every field before its own validators run, because some of them pass it to a library."""
            field = super().bind_field(form, unbound_field, options)
            if not isinstance(field, TextAreaField):
                field.validators = (_refuse_long, *field.validators)
            return field

    def is_submitted(self) -> bool:
        """Whether the visitor has sent this form."""
        return bool(super().is_submitted()) and kept_fields() is None


def _refuse_long(_form: Any, field: Field) -> None:
    length = max(map(len, field.raw_data or ()), default=0)
    if length > MAX_FIELD_LENGTH and isinstance(field, PasswordField):
        # Cut, so that its own rule answers: no password is this long, and a wrong one is always answered alike.
        field.data = field.data[:MAX_FIELD_LENGTH]
    elif length > MAX_FIELD_LENGTH:
        raise StopValidation(told(too_long(field.name, length, MAX_FIELD_LENGTH)))


def required() -> DataRequired:
    """The field must not be empty."""
    return DataRequired(message=MISSING)


def rule(check: Callable[[str], object]) -> Callable[[Any, Field], None]:
    """A check of a service, which raises DomainError, as a validator of a field."""

    def validate(_form: Any, field: Field) -> None:
        try:
            check(field.data or "")
        except DomainError as error:
            raise ValidationError(told(error)) from error

    return validate


def told(error: DomainError) -> str:
    """What the error says, in the visitor's language."""
    return str(gettext(error.message, **error.values))


def attach(form: Form, error: DomainError, field: str) -> None:
    """Show an error that came up after validation beside its field."""
    form[field].errors = [*form[field].errors, told(error)]


def status_of(form: Form) -> HTTPStatus:
    """With which status an invalid form comes back: a missing or forged token is a bad request, the rest is content."""
    return HTTPStatus.BAD_REQUEST if "csrf_token" in form.errors else HTTPStatus.UNPROCESSABLE_ENTITY


def checked_token() -> bool:
    """Whether the request carries a valid token, for buttons that are forms of their own."""
    return bool(Form().validate_on_submit())


def require_token() -> None:
    """Raise BadRequest unless the request carries a valid token."""
    if not checked_token():
        raise BadRequest


def form_page(template: str, form: Form, **values: Any) -> str | tuple[str, int]:
    """The page of a form: as it is asked for, or as it comes back because something is wrong with it."""
    page = render_template(template, form=form, **values)
    return (page, status_of(form)) if form.is_submitted() else page
