"""Every life that is recorded, replayed and played again."""

from tests.histories import foreseen, lives, quoted, troubles

LIVES = lives.LIVES + troubles.LIVES + quoted.LIVES + foreseen.LIVES
