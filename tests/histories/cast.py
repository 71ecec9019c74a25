"""Every life that is recorded, replayed and played again."""

from tests.histories import lives, troubles

LIVES = lives.LIVES + troubles.LIVES
