"""Runs an engine and ends it, with everything it started, when its owner goes.

Usage: supervise.py OWNED|KEPT GRACE_SECONDS SCRATCH_FOLDER COMMAND...

The engine becomes the leader of a process group of its own, in which its Lambda workers live too. Its process id is
printed as the first line. An OWNED engine ends when standard input closes, which the kernel does even for an owner
that was killed; a KEPT one lives until SIGTERM. Ending: TERM to the engine, KILL to the group after the grace time,
then the scratch folder is removed. Standard library only, so it runs with `python -I -S`.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import time

owned = sys.argv[1] == "OWNED"
grace = float(sys.argv[2])
scratch = sys.argv[3]

wake_read, wake_write = os.pipe()
os.set_blocking(wake_read, False)
os.set_blocking(wake_write, False)
signal.set_wakeup_fd(wake_write)
ending = False


def ask_to_end(*_):
    global ending
    ending = True


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, ask_to_end)
signal.signal(signal.SIGCHLD, lambda *_: None)

engine = subprocess.Popen(sys.argv[4:], stdin=subprocess.DEVNULL, stdout=2, stderr=2, start_new_session=True)
print(engine.pid, flush=True)

sources = [wake_read] + ([0] if owned else [])
while not ending and engine.poll() is None:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready and not os.read(0, 4096):
        ending = True
    if wake_read in ready:
        os.read(wake_read, 4096)

if engine.poll() is None:
    engine.terminate()
    deadline = time.monotonic() + grace
    while engine.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
try:
    os.killpg(engine.pid, signal.SIGKILL)
except (ProcessLookupError, PermissionError):
    pass
code = engine.wait()
shutil.rmtree(scratch, ignore_errors=True)
sys.exit(0 if ending else (code if code > 0 else 1))
