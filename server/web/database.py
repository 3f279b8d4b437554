"""The database as pages use it: one session per request to read, one transaction per command to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession

from server.base.config import Config
from server.db.base import Base
from server.db.session import Author, UnitSession, begin_writing, prepare
from server.domain.records import Work


class WebSession(FlaskSession, UnitSession):
    """The session of one request; its commits become changesets as those of every UnitSession do."""


db = SQLAlchemy(model_class=Base, session_options={"class_": WebSession}, add_models_to_shell=False)


def attach_database(app: Flask, config: Config) -> None:
    """Give the app its engine on the data folder's file, with our pragmas."""
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{config.data.database.resolve()}"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 15}}
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def engine() -> sa.Engine:
    """The engine, for services that keep their own transactions."""
    found: sa.Engine = db.engine
    return found


def session() -> WebSession:
    """This request's session, for queries."""
    found: Any = db.session()
    assert isinstance(found, WebSession)
    return found


@contextmanager
def writing(author: Author) -> Iterator[Work]:
    """One save: what the block does is on disk when it ends, or nothing of it when it raises."""
    current = session()
    current.rollback()
    begin_writing(current, author)
    config: Config = current_app.extensions["valise.config"]
    current.info["clock"] = config.clock
    try:
        yield Work(current, author, config.clock)
        current.commit()
    except BaseException:
        current.rollback()
        raise
