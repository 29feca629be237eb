"""A forum's JSON API with Flask: flask_app.py DATABASE PORT."""

import sys
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request, url_for

from qathread import QathreadError, Thread, User, http, posting, to_json, voting
from qathread.errors import ValidationError
from qathread.stores import SQLiteStore, ThreadQuery, update


def reply(thread: Thread, status: int = 200) -> Response:
    # Not jsonify: it refuses our values, and writes times in another form.
    headers = {"ETag": http.etag(thread)}
    return Response(to_json(thread), status, headers, mimetype="application/json")


def sent(*names: str) -> list[str]:
    found = request.get_json(silent=True)
    values = [found.get(name) for name in names] if isinstance(found, dict) else []
    if not values or not all(isinstance(value, str) for value in values):
        raise ValidationError(f"send an object with the texts {', '.join(names)}")
    return values


def who() -> dict[str, Any]:
    # A real forum looks at its own session here.
    return {"by": User(id=request.headers.get("X-User", "")), "at": datetime.now(UTC)}


def create_app(store: SQLiteStore) -> Flask:
    app = Flask(__name__)

    @app.errorhandler(QathreadError)
    def tell(error: QathreadError) -> Response:
        tagged = "If-Match" in request.headers
        found = http.problem(error, at=datetime.now(UTC), conditional=tagged)
        headers = {**found.headers, "Content-Type": found.media_type}
        return Response(found.content(), found.status, headers)

    @app.get("/threads")
    def find() -> Response:
        page = store.find(ThreadQuery(), request.args.get("cursor"))
        body = b",".join(to_json(store.load(each.id)) for each in page.items)
        link = http.next_link(url_for("find"), page.next)
        return Response(b"[%b]" % body, 200, link, mimetype="application/json")

    @app.get("/threads/<name>")
    def show(name: str) -> Response:
        thread = store.load(name)
        if http.is_unchanged(request.headers.get("If-None-Match"), thread):
            return Response(status=304, headers={"ETag": http.etag(thread)})
        return reply(thread)

    @app.post("/threads")
    def ask() -> Response:
        name, title, body = sent("id", "title", "body")
        thread = posting.ask(name, title=title, body=body, **who())
        return reply(store.save(thread), 201)

    @app.post("/threads/<name>/<act>")
    def change(name: str, act: str) -> Response:
        def apply(thread: Thread) -> Thread:
            http.check_match(request.headers.get("If-Match"), name, thread)
            if act == "answers":
                return posting.answer(thread, *sent("body"), **who())
            if act == "comments":
                return posting.comment(thread, *sent("on", "body"), **who())
            return voting.cast(thread, *sent("on", "direction"), **who())

        return reply(update(store, name, apply))

    return app


if __name__ == "__main__":
    with SQLiteStore(sys.argv[1]) as store:
        create_app(store).run(port=int(sys.argv[2]))
