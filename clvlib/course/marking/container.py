"""One student's notebook in a container of its own, by podman or docker, where there is no bubblewrap."""

import os
import shutil
import subprocess
import uuid

from clvlib.course.marking.isolate import NOBODY
from clvlib.course.marking.process import ARGUMENTS, Bare, SandboxError


class Container(Bare):
    """A process in a container.

    Parameters
    ----------
    image : str
        See `.ci/Containerfile`.
    memory, disk : int
        Bytes of its memory, and of its scratch folder.
    seconds : float
        After these it is killed, whatever becomes of the process here.

    Raises
    ------
    SandboxError
        If neither podman nor docker is installed.
    """

    def __init__(self, image: str, memory: int, disk: int, seconds: float):
        engine = shutil.which("podman") or shutil.which("docker")
        if not engine:
            raise SandboxError("neither podman nor docker is installed: --container needs one of them")
        self.engine, self.name = engine, f"clv-{uuid.uuid4().hex}"
        command = [engine, "run", "--rm", "--interactive", "--name", self.name, "--network", "none"]
        command += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "64"]
        command += ["--user", f"{NOBODY}:{NOBODY}", "--memory", str(memory), "--memory-swap", str(memory)]
        command += ["--tmpfs", f"/course/exercises:rw,size={disk},mode=1777"]
        command += [image, "timeout", "-s", "KILL", str(seconds), "python", *ARGUMENTS]
        super().__init__(command, dict(os.environ))  # the engine's surroundings: the container gets none of them
        self.number = None  # what runs here is the engine

    def kill(self) -> None:
        subprocess.run([self.engine, "kill", self.name], capture_output=True, check=False)
        super().kill()
