"""A program on a pseudo-terminal of its own, and what a person does there.

Nothing here knows which program it is. What is typed is echoed unless the program hides it.
"""

import os
import pty
import select
import signal
import time

PATIENCE = 60


class Terminal:
    """A running program; `end` has to be called, or the object used as a context."""

    def __init__(self, args, env, cwd):
        self.seen = ""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                os.execvpe(args[0], args, env)
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)

    def wait_for(self, words):
        """Reads until these words came; everything since the last time, them included."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            if not self._read(deadline):
                raise RuntimeError(f"it ended without {words!r}: {self.seen!r}")
        text, _, self.seen = self.seen.partition(words)
        return text + words

    def type(self, line):
        os.write(self.master, line.encode() + b"\n")

    def end(self):
        """Waits for the program's end; its exit status and the rest of what it printed."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status), self.seen

    def _read(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            raise RuntimeError(f"nothing comes any more after {self.seen!r}")
        try:
            data = os.read(self.master, 65536)
        except OSError:
            # EIO: nobody has the other end open any more.
            return False
        self.seen += data.decode().replace("\r\n", "\n")
        return bool(data)
