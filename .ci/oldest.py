"""Print the oldest versions that pyproject.toml allows, as constraints for pip."""

import re
import tomllib
from pathlib import Path

OWN = "stftcli"
NOT_INSTALLED = ("torch", "oracles", "oracles-remote", "dev")

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
requirements = project["dependencies"] + [
    requirement
    for extra in extras.keys() - set(NOT_INSTALLED)
    for requirement in extras[extra]
    if not requirement.startswith(OWN)
]
for requirement in sorted(requirements):
    bound = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)", requirement)
    if bound is None:
        raise SystemExit(f"{requirement} has no lower bound of the form NAME>=VERSION")
    print(f"{bound[1]}=={bound[2]}")
