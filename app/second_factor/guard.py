"""Whether a code of a second factor is right, for every place that asks for one."""

from __future__ import annotations

from ..accounts.models import User
from ..attempts import service as attempts
from ..attempts.guard import forget_failures, note_failure
from ..attempts.service import HERE, Counted, Limit
from ..audit.service import CODE_FAILED, RECOVERY_CODE_USED, record
from ..core.database import transaction
from ..web.context import settings, visitor_address, visitor_network
from . import service

# Only those who have the password get to try, so an account may be closed to them for longer.
EVERYWHERE = Limit(free=20, first=5, longest=300)


def code_is_right(user: User, code: str) -> bool:
    """Use up a code for logging in, of the device or for recovery; many wrong ones raise RateLimited."""
    counters = code_counters(user.id)
    attempts.check(counters)
    user_id, name = user.id, user.username
    with transaction():
        good = service.take_code(user_id, settings().secret_key, code)
        if not good and service.take_recovery_code(user_id, code):
            good = True
            record(RECOVERY_CODE_USED, subject=name, address=visitor_address())
    if not good:
        note_failure(CODE_FAILED, name, counters)
        return False
    forget_failures(counters[:1])
    return True


def code_counters(user_id: int) -> list[Counted]:
    """What a wrong code of that account counts against."""
    key, network = settings().secret_key, visitor_network()
    return [
        attempts.counted(key, HERE, "code", str(user_id), network),
        attempts.counted(key, EVERYWHERE, "code", str(user_id)),
    ]
