"""A forum's JSON API with FastAPI: create_app(store) makes it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from qathread import Thread, User, errors, http, posting, to_json, voting
from qathread.contrib.pydantic import ThreadField, install
from qathread.stores import SQLiteStore, ThreadQuery, update

PROBLEM = {"content": {http.PROBLEM: {"schema": {"type": "object"}}}}
TOLD: Any = {at: {"description": "Problem", **PROBLEM} for at in ("4XX", "5XX", 422)}


class Post(BaseModel):
    title: str = ""  # of a question
    body: str = ""
    on: str = ""  # the id of the post that is commented or voted on


def who(x_user: Annotated[str, Header(pattern="^[a-z]{1,20}$")]) -> dict[str, Any]:
    return {"by": User(id=x_user), "at": datetime.now(UTC)}  # yours: by session


Who, Tags = Annotated[Any, Depends(who)], Annotated[str | None, Header()]
Act = Literal["answer", "comment", "up", "down"]


def reply(thread: Thread, status: int = 200) -> Response:
    body = b"" if status == 304 else to_json(thread)
    return Response(body, status, {"ETag": http.etag(thread)}, "application/json")


def tell(asked: Request, error: Any) -> Response:
    if isinstance(error, RequestValidationError):
        error = errors.ValidationError(error.errors()[0]["msg"])
    if not isinstance(error, errors.QathreadError):  # the body is no JSON
        error = errors.FormatError("syntax", error.detail)
    found = http.problem(error, conditional="if-match" in asked.headers)
    return Response(found.content(), found.status, found.headers, found.media_type)


def create_app(store: SQLiteStore) -> FastAPI:
    tells: Any = {errors.QathreadError: tell, RequestValidationError: tell, 400: tell}
    app = FastAPI(title="Forum", responses=TOLD, exception_handlers=tells)
    install(app)

    @app.get("/threads", response_model=list[ThreadField])
    def find(answer: Response, limit: int = 20, cursor: str | None = None):
        page = store.find(ThreadQuery(), cursor, limit)
        answer.headers.update(http.next_link("/threads", page.next, limit=limit))
        return [store.load(each.id) for each in page.items]

    @app.get("/threads/{name}", response_model=ThreadField, responses={304: {}})
    def show(name: str, if_none_match: Tags = None):
        same = http.is_unchanged(if_none_match, thread := store.load(name))
        return reply(thread, 304 if same else 200)

    @app.post("/threads", response_model=ThreadField, status_code=201)
    def ask(new: Post, who: Who):
        thread = posting.ask(str(uuid4()), title=new.title, body=new.body, **who)
        return reply(store.save(thread), 201)

    @app.post("/threads/{name}/{act}", response_model=ThreadField)
    def change(name: str, act: Act, new: Post, who: Who, if_match: Tags = None):
        def apply(thread: Thread) -> Thread:
            http.check_match(if_match, name, thread)
            if act == "comment":
                return posting.comment(thread, new.on, new.body, **who)
            if act == "answer":
                return posting.answer(thread, new.body, **who)
            return voting.cast(thread, new.on, act, **who)

        return reply(update(store, name, apply))

    return app
