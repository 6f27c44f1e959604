"""The app as a whole: what every answer carries, what practice refuses, what live mode asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from web import create_app, errors, live, notices, practice
from web.people import PRACTICE
from web.record import shut, store_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

TYPED = "purple <b>kettle</b>"


@pytest.fixture
def made(database: Path) -> Iterator[Callable[..., Flask]]:
    """Makes apps with settings of a test's own, and closes their records afterwards."""
    apps: list[Flask] = []

    def make(**more: Any) -> Flask:
        plain = {"DATABASE": str(database), "DEMO": False, "SECRET_KEY": "only for this test"}
        apps.append(create_app({**plain, **more}))
        return apps[-1]

    yield make
    for app in apps:
        shut(app)


class TestWhatEveryAnswerCarries:
    """Headers."""

    @pytest.mark.parametrize("address", ["/sign-in", "/about", "/nowhere", "/health", "/static/threshold.css", "/chat"])
    def test_nothing_is_loaded_from_elsewhere_or_inline(self, app: Flask, address: str) -> None:
        with app.test_client().get(address) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"

    def test_pages_are_kept_by_nobody_and_pictures_may_be(self, app: Flask) -> None:
        with app.test_client().get("/about") as page:
            assert page.headers["Cache-Control"] == "no-store"
        with app.test_client().get("/static/threshold.css") as sheet:
            assert "no-store" not in sheet.headers.get("Cache-Control", "")

    def test_a_page_has_no_inline_script_or_style(self, client_as: Callable[[str], FlaskClient]) -> None:
        import re

        for person, address in (("gp", "/chat"), ("specialist", "/advice-line"), ("reviewer", "/review")):
            page = client_as(person).get(address).get_data(as_text=True)
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)

    def test_component_pictures_are_served_where_their_templates_ask(self, app: Flask) -> None:
        with app.test_client().get("/assets/images/nhsuk-icon-cross.svg") as answer:
            assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        assert app.test_client().get("/assets/../../settings.py").status_code == 404


class TestPracticeStaysOnThisMachine:
    """Host, address, proxies, watermark."""

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8123", "LOCALHOST", "[::1]", "[::1]:8000", "127.0.0.1:1"])
    def test_it_answers_this_machine(self, app: Flask, host: str) -> None:
        assert app.test_client().get("/about", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8000",
            "10.0.0.1",
            "0.0.0.0",
            "[::2]",
            "localhost:x",
        ],
    )
    def test_it_answers_to_no_other_name(self, app: Flask, host: str) -> None:
        assert app.test_client().get("/about", headers={"Host": host}).status_code == 403
        assert app.test_client().get("/health", headers={"Host": host}).status_code == 403

    @pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "::2", "", "x"])
    def test_it_answers_no_other_machine(self, app: Flask, address: str) -> None:
        asked = app.test_client().get("/about", environ_base={"REMOTE_ADDR": address})
        assert asked.status_code == 403

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"]
    )
    def test_it_answers_nothing_that_came_through_a_proxy(self, app: Flask, header: str) -> None:
        assert app.test_client().get("/about", headers={header: "127.0.0.1"}).status_code == 403

    def test_it_listens_on_this_machine_only(self) -> None:
        assert all(practice.loopback_only(host) for host in ("127.0.0.1", "localhost", "::1"))
        assert not any(practice.loopback_only(host) for host in ("0.0.0.0", "", "::", "10.0.0.1", "example.org"))

    def test_every_page_says_that_it_is_practice(self, client_as: Callable[[str], FlaskClient]) -> None:
        for person, address in (("gp", "/chat"), ("specialist", "/advice-line"), ("reviewer", "/review")):
            assert "Practice." in client_as(person).get(address).get_data(as_text=True)

    def test_a_record_of_practice_never_serves_live(self, app: Flask, database: Path) -> None:
        from logs import open_store
        from logs.store import RecordUnavailable

        store_of(app)
        with pytest.raises(RecordUnavailable):
            open_store(str(database), "live")


def only_given_back(page: str) -> bool:
    """Whether typed words stand in the box that gives them back, and in what sends them again, and nowhere else."""
    boxes = re.findall(r"<textarea[^>]*readonly>.*?</textarea>|<input type=.hidden. name=.message. [^>]*>", page, re.S)
    rest = page
    for box in boxes:
        rest = rest.replace(box, "")
    return "kettle" in "".join(boxes) and "kettle" not in rest and "<b>kettle" not in page


class TestWhenSomethingCannotBeDone:
    """Errors as people see them."""

    @pytest.mark.parametrize(
        ("method", "address", "code"),
        [("GET", "/nowhere", 404), ("POST", "/about", 405), ("POST", "/sign-in", 400), ("POST", "/chat", 401)],
    )
    def test_a_page_says_what_to_do_and_where_danger_goes(
        self, app: Flask, method: str, address: str, code: int
    ) -> None:
        answer = app.test_client().open(address, method=method, data={"message": TYPED})
        page = answer.get_data(as_text=True)
        assert answer.status_code == code
        assert "999" in page
        assert only_given_back(page) if code == 401 else "kettle" not in page
        assert "Traceback" not in page

    def test_without_a_record_no_advice_is_shown_but_the_notice_is(
        self, app: Flask, client_as: Callable[[str], FlaskClient]
    ) -> None:
        client = client_as("practitioner")
        store_of(app).close()
        answer = client.post("/chat", data={"message": TYPED})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "tel:999" in page
        assert only_given_back(page)

    def test_the_notice_has_both_councils_and_no_number_that_nobody_checked(self, content: Any, clock: Any) -> None:
        shown = notices.lines(content.guidance, PRACTICE["practitioner"].asker, clock["now"])
        councils = {content.guidance.contacts[line["contact"]].council for line in shown}
        assert {"Derby", "Derbyshire"} <= councils
        assert "999" in {line["value"] for line in shown}
        for line in shown:
            assert line["value"] is None or content.guidance.contacts[line["contact"]].can_be_relied_on

    def test_a_fault_nobody_thought_of_is_told_without_its_words(
        self, app: Flask, client_as: Callable[[str], FlaskClient], monkeypatch: Any, caplog: Any
    ) -> None:
        def breaks(*_: Any) -> None:
            raise RuntimeError(TYPED)

        monkeypatch.setattr("web.conversation.take", breaks)
        answer = client_as("gp").post("/chat", data={"message": TYPED})
        assert answer.status_code == 500
        assert "999" in answer.get_data(as_text=True)
        assert only_given_back(answer.get_data(as_text=True))
        assert "kettle" not in caplog.text

    def test_where_even_the_page_breaks_plain_words_are_left(self, app: Flask, monkeypatch: Any) -> None:
        def breaks(*_: Any, **__: Any) -> None:
            raise TemplateNotFound("error.html")

        monkeypatch.setattr(errors, "render_template", breaks)
        answer = app.test_client().get("/nowhere")
        assert answer.status_code == 404
        assert notices.EMERGENCY in answer.get_data(as_text=True)

    def test_somebody_who_was_slower_is_told_who_has_it(
        self, client_as: Callable[[str], FlaskClient], says: Callable[..., Any]
    ) -> None:
        says("/person", sender="c-1")
        assert client_as("specialist").post("/advice-line/c-1/claim").status_code == 303
        answer = client_as("colleague").post("/advice-line/c-1/claim")
        assert answer.status_code == 409
        assert PRACTICE["specialist"].name in answer.get_data(as_text=True)

    def test_too_much_is_refused_on_pages_too(self, client_as: Callable[[str], FlaskClient]) -> None:
        client = client_as("practitioner")
        assert client.post("/chat", data={"message": "a" * 20_001}).status_code == 413
        assert client.post("/chat", data={"message": "a" * 500_000}).status_code == 413

    def test_a_page_asked_for_too_often_says_so(self, made: Callable[..., Flask]) -> None:
        client = made(PAGE_LIMIT="3 per minute").test_client()
        codes = [client.get("/about").status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert "999" in client.get("/about").get_data(as_text=True)


class TestForms:
    """Every form carries a token of its own."""

    def test_a_form_without_its_token_changes_nothing(self, made: Callable[..., Flask]) -> None:
        answer = made().test_client().post("/sign-in", data={"person": "gp"})
        assert answer.status_code == 400
        assert "load the page again" in answer.get_data(as_text=True)

    def test_a_form_with_its_token_is_taken(self, made: Callable[..., Flask]) -> None:
        import re

        client = made().test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))
        assert found
        answer = client.post("/sign-in", data={"person": "gp", "csrf_token": found[1]})
        assert answer.status_code == 303


class TestTemplates:
    """The components' rules and ours."""

    def test_what_is_typed_is_escaped_also_within_a_component(self, app: Flask) -> None:
        template = app.jinja_env.from_string(
            '{% from "nhsuk/components/button/macro.jinja" import button %}{{ typed }}{{ button({"text": typed}) }}'
        )
        page = template.render(typed="<script>")
        assert "<script>" not in page
        assert page.count("&lt;script&gt;") == 2

    def test_a_misspelt_name_in_our_templates_is_found_by_tests(self, app: Flask) -> None:
        with pytest.raises(UndefinedError):
            app.jinja_env.from_string("{{ misspelt }}").render()

    def test_every_template_can_be_read(self, app: Flask) -> None:
        ours = [name for name in app.jinja_env.list_templates() if not name.startswith("nhsuk/")]
        assert len(ours) > 10
        for name in ours:
            app.jinja_env.get_template(name)


class TestLiveMode:
    """Refuses to start, with everything that is missing."""

    ALL_SET: ClassVar[dict[str, Any]] = {
        "PRACTICE": False,
        "SECRET_KEY": "k" * 32,
        "SIGN_IN": "tests.test_app:nobody",
        "RETENTION": "as the record it belongs to",
        "OWNER": "somebody",
        "CLINICAL_SAFETY_OFFICER": "somebody",
        "THRESHOLDS_EDITION": "an edition",
    }

    def missing(self, made: Callable[..., Flask], **settings: Any) -> str:
        with pytest.raises(live.NotReady) as refused:
            made(**settings)
        return str(refused.value)

    def test_everything_is_listed_at_once(self, made: Callable[..., Flask]) -> None:
        said = self.missing(made, PRACTICE=False, SECRET_KEY=None, DATABASE=None)
        for word in (
            "ADVICE_SECRET_KEY",
            "ADVICE_DATABASE",
            "ADVICE_SIGN_IN",
            "ADVICE_RETENTION",
            "ADVICE_OWNER",
            "ADVICE_CLINICAL_SAFETY_OFFICER",
            "ADVICE_THRESHOLDS_EDITION",
            "approved_by",
            "X-01",
            "checked_on",
        ):
            assert word in said

    def test_no_setting_opens_live_mode_with_content_that_nobody_approved(
        self, made: Callable[..., Flask], content: Any
    ) -> None:
        said = self.missing(made, **self.ALL_SET)
        assert "ADVICE_" not in said
        unsigned = [tree.id for tree in content.trees.values() if not tree.approved_by]
        assert unsigned
        assert all(f"'{tree}'" in said for tree in unsigned)
        assert "threshold_guidance.md" in said

    def test_a_short_secret_is_none(self, made: Callable[..., Flask]) -> None:
        assert "ADVICE_SECRET_KEY" in self.missing(made, **{**self.ALL_SET, "SECRET_KEY": "k" * 31})

    def test_a_sign_in_that_is_not_there_is_none(self, made: Callable[..., Flask]) -> None:
        assert "nowhere:nobody" in self.missing(made, **{**self.ALL_SET, "SIGN_IN": "nowhere:nobody"})

    def test_nothing_but_a_plain_no_leaves_practice(self, made: Callable[..., Flask]) -> None:
        assert all(made(PRACTICE=word).config["PRACTICE"] for word in (True, "1", "yes", "true", "practice"))


def nobody(request: Any) -> None:
    """A sign-in that knows nobody."""
