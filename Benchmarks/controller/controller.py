"""A running `aviary controller`: its memory, processor time and metrics."""

import os, pathlib, re, signal, socket, subprocess, sys, time, urllib.request

LATENESS = "aviary_controller_tick_lateness_seconds"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Controller:
    def __init__(self, binary, plane, log):
        self.port, self.log = free_port(), pathlib.Path(log)
        self.started = time.time()
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [binary, "controller", "-kubeconfig", plane.controller_kubeconfig, "-mesh-provider", "kubernetes",
                 "-enable-leader-election", "-port", str(self.port)],
                stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        self.await_answer()

    def await_answer(self, limit=30):
        end = time.monotonic() + limit
        while True:
            try:
                return self.get("/healthz")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"the controller does not answer: {self.log.read_text()[-2000:]}")
                time.sleep(0.05)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def memory(self):
        """Resident megabytes: all, anonymous, of files; the most so far; and the number of threads."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        number = lambda key: int(re.search(rf"^{key}:\s+(\d+)", status, re.M)[1])
        megabytes = {key: number(key) * 1024 / 1e6 for key in ("VmRSS", "RssAnon", "RssFile", "VmHWM")}
        return megabytes | {"Threads": number("Threads")}

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ticked_canaries(self):
        """How many canaries have been looked at since the start."""
        return len(re.findall(r"^flagger_canary_status\{", self.get("/metrics"), re.M))

    def lateness(self):
        """How many ticks began at most so many seconds late, by the bounds of the histogram."""
        found = re.findall(rf'^{LATENESS}_bucket\{{le="([^"]+)"\}} (\d+)', self.get("/metrics"), re.M)
        return {float(bound.replace("+Inf", "inf")): int(count) for bound, count in found}


def percentile(share, before, after):
    """The smallest bound of a histogram that this share of what came between two readings did not exceed."""
    counts = {bound: count - before.get(bound, 0) for bound, count in sorted(after.items())}
    total = counts.get(float("inf"), 0)
    return next((bound for bound, count in counts.items() if count >= share * total), float("inf")), total
