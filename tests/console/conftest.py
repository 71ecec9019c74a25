"""The operators' pages over a real database, and people before them."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from temporalio.testing import WorkflowEnvironment

from console.app import create_app
from mail.sender import Mailer
from models.engine import Sessions
from settings import Settings
from tests.console.ops.staff import People


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, local_stack=True)


@pytest.fixture
def app(settings: Settings, sessions: Sessions, temporal: WorkflowEnvironment) -> FastAPI:
    return create_app(settings, sessions, temporal.client, Mailer("127.0.0.1", 9, tls="none"))


@pytest.fixture
def people(app: FastAPI, sessions: Sessions, settings: Settings) -> People:
    return People(app, sessions, settings)
