"""Load by wrk, a well-kept load generator: Debian has it as `wrk`."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

# %d in a body becomes a number that is new each time.
SCRIPT = """
local requests = {%s}
local count = os.time() * 1000000
function request()
  count = count + 1
  local each = requests[count %% #requests + 1]
  return wrk.format(each.method, each.path, each.headers, (each.body:gsub("%%%%d", tostring(count))))
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "seconds": %%f, "p50": %%f, "p95": %%f, "p99": %%f, "refused": %%d, "broken": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True)
class Request:
    """One kind of request; `%d` in its body becomes a number that is new each time."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Load:
    """What came of it: times in milliseconds; `refused` answers of 400 and above, `broken` ones that never came."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Requests answered per second."""
        return self.requests / self.seconds

    @property
    def errors(self) -> int:
        """Whatever was not an answer that its sender wanted."""
        return self.refused + self.broken


def is_there() -> bool:
    """Whether wrk can be called."""
    return shutil.which("wrk") is not None


def load(address: str, requests: Sequence[Request], *, clients: int, seconds: int) -> Load:
    """Ask these again and again, one after the other, by so many clients at once without a pause."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(SCRIPT % ", ".join(map(_lua, requests)))
        script.flush()
        said = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script.name, address],
            capture_output=True, text=True, check=True, timeout=seconds + 120, cwd=Path(script.name).parent,
        ).stdout  # fmt: skip
    return Load(**json.loads(said.rpartition("RESULT ")[2]))


def _lua(request: Request) -> str:
    headers = ", ".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in request.headers.items())
    return (
        f"{{method={json.dumps(request.method)}, path={json.dumps(request.path)}, "
        f"headers={{{headers}}}, body={json.dumps(request.body)}}}"
    )
