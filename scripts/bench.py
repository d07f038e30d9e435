"""The measurements of scripts/bench, which builds what is measured here and tells what each part is."""

import argparse
import ctypes
import functools
import gzip
import http.server
import itertools
import json
import operator
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from statistics import median
from typing import NamedTuple

import bench_bytes
from bench_start import start

MIB = 1 << 20
CORES = sorted(os.sched_getaffinity(0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--target", type=pathlib.Path, required=True)
    for number in ("--lines", "--rounds", "--seed"):
        parser.add_argument(number, type=int, required=True)
    arguments = parser.parse_args()
    become_subreaper()
    for number, part in enumerate(arguments.parts):
        print(end="\n" if number else "")
        PARTS[part](Bench(arguments))


class Bench:
    """The programs, and the objects that they are measured on."""

    def __init__(self, arguments):
        self.lines, self.rounds, self.seed = arguments.lines, arguments.rounds, arguments.seed
        self.loader = str(arguments.target / "release" / "es-loader")
        self.floor, self.bulk_bodies = (str(arguments.target / "release" / "examples" / name)
                                        for name in ("floor", "bulk_bodies"))
        self.folder = arguments.target / "bench"
        self.folder.mkdir(parents=True, exist_ok=True)

    def load(self, *paths, to="none"):
        return [self.loader, "load", "--to", to, *map(str, paths)]

    def bodies(self, path):
        """What the loader would send of an object, as a file."""
        bodies = path.with_suffix(".ndjson")
        if not bodies.exists() or bodies.stat().st_mtime < os.path.getmtime(self.loader):
            part = path.with_suffix(".part.ndjson")
            with open(part, "wb") as out:
                subprocess.run(self.load(path, to="ndjson"), stdout=out, stderr=subprocess.DEVNULL, check=True)
            part.rename(bodies)
        return bodies

    def object(self, lines):
        """A gzip object of so many lines."""
        path = self.folder / f"seed-{self.seed}-lines-{lines}.gz"
        if not path.exists():
            part = path.with_suffix(".part.gz")
            self.generate(lines, part)
            part.rename(path)
        return path

    def generate(self, lines, path, *flags):
        subprocess.run(
            [self.loader, "generate", "--seed", str(self.seed), "--lines", str(lines), "--out", path, *flags], check=True
        )

    def median(self, *commands, cores=CORES[-1:]):
        """The median of the rounds, after one to warm up, which does not count."""
        runs = [run(*commands, cores=cores) for _ in range(self.rounds + 1)][1:]
        return Usage(*map(median, zip(*runs)))


class Usage(NamedTuple):
    """What one run takes: wall and CPU seconds, peak bytes."""

    wall: float
    cpu: float
    peak: float


def become_subreaper():
    # A process's peak memory begins with that of the process it was forked from, and Python is larger than what
    # is measured here. So a shell forks the program and ends, and the program becomes ours as its subreaper.
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("bench: cannot become a subreaper: " + os.strerror(ctypes.get_errno()))


def run(*commands, cores):
    """Runs commands, all at once, on these cores: wall seconds of all, the sum of CPU seconds, the largest peak."""
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryFile() as errors:
        actions = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        start = time.perf_counter()
        for command in commands:
            arguments = ["sh", "-c", '"$@" &', "sh", *command]
            os.waitpid(os.posix_spawn("/bin/sh", arguments, os.environ, file_actions=actions), 0)
        ended = [os.wait4(-1, 0)[1:] for _ in commands]
        wall = time.perf_counter() - start
        for status, _ in ended:
            # 1 tells of rejected lines, which a hostile corpus may hold.
            if os.waitstatus_to_exitcode(status) not in (0, 1):
                errors.seek(0)
                sys.exit(f"bench: {' '.join(commands[0][:6])} ended with {os.waitstatus_to_exitcode(status)}:\n"
                         + errors.read().decode(errors="replace"))
    return Usage(wall, sum(usage.ru_utime + usage.ru_stime for _, usage in ended),
                 max(usage.ru_maxrss for _, usage in ended) * 1024)


def least_cpu(command, rounds):
    """The quickest of some runs: what else the machine does can only make one slower."""
    return min((run(command, cores=CORES[-1:]) for _ in range(rounds)), key=lambda usage: usage.cpu)


def speed(bench):
    path = bench.object(bench.lines)
    programs = {
        "floor": [bench.floor, str(path), str(bench.bodies(path))],
        "load --to none": bench.load(path),
        "load --to ndjson": bench.load(path, to="ndjson"),
    }
    documents = inflated = 0
    with gzip.open(path) as lines:
        for line in lines:
            inflated += len(line)
            documents += not line.isspace()
    print(f"{path}: {documents} documents, {inflated / 1e6:.1f} MB inflated, {path.stat().st_size / 1e6:.1f} MB gzip; "
          f"{bench.rounds} rounds on core {CORES[-1]}\n")

    for command in programs.values():
        run(command, cores=CORES[-1:])
    runs = {name: [] for name in programs}
    for _ in range(bench.rounds):
        for name, command in programs.items():
            runs[name].append(run(command, cores=CORES[-1:]))

    print(f"{'median of rounds':<18}{'wall s':>9}{'cpu s':>9}{'wall/floor':>12}{'cpu/floor':>11}"
          f"{'documents/s':>13}{'peak MiB':>10}")
    for name, results in runs.items():
        wall, cpu, peak = (median(column) for column in zip(*results))
        # Each run against the floor of its own round: what else the machine did then, it did to both.
        pairs = list(zip(results, runs["floor"]))
        wall_ratio = median(result.wall / base.wall for result, base in pairs)
        cpu_ratio = median(result.cpu / base.cpu for result, base in pairs)
        print(f"{name:<18}{wall:>9.3f}{cpu:>9.3f}{wall_ratio:>12.2f}{cpu_ratio:>11.2f}"
              f"{documents / wall:>13,.0f}{peak / MIB:>10.1f}")

    out = written(programs["load --to ndjson"])
    one = bench.median(bench.load(bench.object(1)))
    print(f"\nndjson: {out / 1e6:.1f} MB out, {out / inflated:.2f} bytes for a byte in")
    print(f"start:  {one.wall * 1e3:.1f} ms wall, {one.cpu * 1e3:.1f} ms CPU, {one.peak / MIB:.1f} MiB for one line")
    for binary in (bench.loader, bench.loader + "-lambda"):
        print(f"binary: {os.path.getsize(binary) / MIB:.1f} MiB {binary}")


def written(command):
    """Bytes that a run writes to its standard output."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        return sum(len(chunk) for chunk in iter(lambda: process.stdout.read(MIB), b""))


# No byte of a hostile line is to cost more than so many ordinary ones.
LIMIT = 3

FILLINGS = {
    "a=": "a=",
    "a=1": "a=1 ",
    "k0=1 k1=1 …": "".join(f"k{number:x}=1 " for number in range(1 << 14)),
    "=": "=",
    "backslashes": "\\",
    "quotes": '"',
    "blanks": " ",
    "U+0001": "\x01",
    "byte 0x80": "\udc80",
    "pipes": "|",
    "#012": "#012",
    "CEF:": "CEF:",
    "[": "[",
    '{"a":': '{"a":',
}
EVENT = "Nov 22 00:00:01 ip-10-0-0-10 CEF: 0|Trend Micro|Deep Security Agent|20.0.560|21|Deny|5|act=Deny msg="
# Events are parsed up to 256 KiB: a line just below that is the worst for all stages behind.
LINE_LENGTHS = [10_000_000, 250_000]
HOSTILE_BYTES = 50_000_000


def alone(filling, length):
    return filling * (length // len(filling))


def message(start, filling, length):
    """fluentd's record; the message is `start` and the filling."""
    escaped = json.dumps(filling, ensure_ascii=False)[1:-1]
    return (f'{{"message":"{start}{alone(escaped, length)}","hostname":"ip-10-0-0-10",'
            '"timestamp":"2026-11-22T00:00:02+00:00","tag":"ds_agent.var.log.dsa.log"}')


def value(filling, length):
    """fluentd's record; a field is no string, but the filling as it is."""
    return f'{{"message":"text","field":{alone(filling, length)}'


PLACES = {"alone": alone, "message": functools.partial(message, ""), "event": functools.partial(message, EVENT),
          "JSON value": value}


def hostile(bench):
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        path = pathlib.Path(folder) / "lines"
        bench.generate(bench.lines, path)
        ordinary = least_cpu(bench.load(path), 5).cpu / path.stat().st_size
        print(f"ordinary lines: {ordinary * 1e9:.2f} ns of CPU for a byte of text\n")
        print(f"hostile lines: ns for a byte, how many ordinary bytes that is (limit {LIMIT}), peak MiB\n\n"
              f"{'filling':<12}{'line bytes':>11}" + "".join(f"{place:>24}" for place in PLACES))
        over = []
        for length, (name, filling) in itertools.product(LINE_LENGTHS, FILLINGS.items()):
            print(f"{name:<12}{length:>11,}", end="")
            for place, line in PLACES.items():
                text = (line(filling, length) + "\n") * (HOSTILE_BYTES // length)
                path.write_bytes(text.encode(errors="surrogateescape"))
                usage = least_cpu(bench.load(path), 2)
                cost = usage.cpu / path.stat().st_size
                print(f"{cost * 1e9:>10.2f}{cost / ordinary:>6.2f}x{usage.peak / MIB:>7.1f}", end="", flush=True)
                if cost > LIMIT * ordinary:
                    over.append(f"  {name}, {place}, lines of {length:,} bytes: {cost / ordinary:.1f}x")
            print()
        print("\n" + "\n".join(["over the limit:", *over] if over else ["none is over the limit"]))


def scaling(bench):
    few, many = bench.object(bench.lines), bench.object(10 * bench.lines)
    print(f"{'lines on one core':<36}{'wall s':>9}{'cpu s':>9}{'peak MiB':>10}")
    usages = []
    for path, lines in ((few, bench.lines), (many, 10 * bench.lines)):
        usage = least_cpu(bench.load(path), bench.rounds)
        usages.append(usage)
        print(f"{lines:<36,}{usage.wall:>9.3f}{usage.cpu:>9.3f}{usage.peak / MIB:>10.1f}")
    ratio = usages[1].cpu / usages[0].cpu
    print(f"ten times the lines take {ratio:.2f} times the CPU ({(ratio / 10 - 1) * 100:+.1f} %)\n")

    if len(CORES) < 2:
        print("two cores: this machine has one")
        return
    one = bench.load(few)
    ways = {
        "one object, one core": ([one], CORES[-1:]),
        "one object, two cores": ([one], CORES[-2:]),
        "an object for each of two processes, two cores": ([one, one], CORES[-2:]),
    }
    print(f"{'several cores':<48}{'wall s':>9}{'cpu s':>9}{'peak MiB':>10}{'speed-up':>10}")
    first = None
    for name, (commands, cores) in ways.items():
        usage = bench.median(*commands, cores=cores)
        first = first or usage
        speedup = first.wall * len(commands) / usage.wall
        print(f"{name:<48}{usage.wall:>9.3f}{usage.cpu:>9.3f}{usage.peak / MIB:>10.1f}{speedup:>10.2f}")


OBJECTS, LINES_EACH, IN_S3 = 10_000, 5, 500


def objects(bench):
    corpus = bench.object(bench.lines)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        together, apart = pathlib.Path(folder) / "together.gz", pathlib.Path(folder) / "apart"
        with gzip.open(corpus) as lines, open(together, "wb") as whole:
            lines = itertools.cycle(lines) if bench.lines < OBJECTS * LINES_EACH else lines
            for number in range(OBJECTS):
                packed = gzip.compress(b"".join(itertools.islice(lines, LINES_EACH)), 6)
                path = apart / "2026" / "11" / "22" / f"{number * 24 // OBJECTS:02}" / f"{number:05}.gz"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed)
                # One member behind the other is one object too, and the work in it is the same.
                whole.write(packed)
        print(f"{OBJECTS:,} objects of {LINES_EACH} lines, and the same lines in one object\n")
        print(f"{'':<30}{'wall s':>9}{'cpu s':>9}{'peak MiB':>10}{'requests':>10}")
        endpoint = ["--endpoint", Sink.listen()]
        one, many = bench.median(bench.load(together)), bench.median(bench.load(apart))
        sent = {}
        for name, path in (("one object", together), ("many objects", apart)):
            Sink.taken = 0
            command = bench.load(path, to="opensearch") + endpoint
            sent[name] = (bench.median(command, cores=CORES), Sink.taken / (bench.rounds + 1))
        rows = {"one object, to none": (one, 0), "many objects, to none": (many, 0),
                **{f"{name}, sent": row for name, row in sent.items()}}
        for name, (usage, requests) in rows.items():
            print(f"{name:<30}{usage.wall:>9.3f}{usage.cpu:>9.3f}{usage.peak / MIB:>10.1f}{requests:>10.1f}")
        ratio = sent["many objects"][0].wall / sent["one object"][0].wall
        print(f"an object costs {(many.cpu - one.cpu) / OBJECTS * 1e6:.0f} µs of CPU beside its lines; "
              f"{OBJECTS / many.wall:,.0f} objects/s; sent, many take {ratio:.2f} times the time of one")
        in_s3(bench, sorted(apart.rglob("*.gz"))[:IN_S3], endpoint)


def in_s3(bench, paths, endpoint):
    """The requests that objects of a bucket become, one by one and in one object."""
    url = subprocess.run(["scripts/aws", "start", "--exit-with", str(os.getpid())], check=True, stdout=subprocess.PIPE,
                         text=True).stdout.strip()
    os.environ |= {"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
                   "AWS_SECRET_ACCESS_KEY": "test"}
    bucket = f"bench-{os.getpid()}"

    def put(key, body):
        # Without a type of its own the body would be a form, and be read as one.
        headers = {"Content-Type": "application/gzip"}
        urllib.request.urlopen(urllib.request.Request(f"{url}/{bucket}{key}", body, headers, method="PUT"), timeout=60).close()

    put("", b"")
    put("/ds_agent/one/00.gz", b"".join(path.read_bytes() for path in paths))
    for path in paths:
        put(f"/ds_agent/many/{path.name}", path.read_bytes())
    requests = {}
    print(f"\n{len(paths)} of them in a bucket\n\n{'':<30}{'wall s':>9}{'requests':>10}")
    for name in ("one", "many"):
        Sink.taken = 0
        usage = run(bench.load(f"s3://{bucket}/ds_agent/{name}/", to="opensearch") + endpoint, cores=CORES)
        requests[name] = Sink.taken
        print(f"{name:<30}{usage.wall:>9.3f}{Sink.taken:>10}")
    print(f"many objects become {requests['many'] / requests['one']:.2f} times the requests of one")


def memory(bench):
    def sent(sink, cores=CORES[-1:]):
        endpoint = ["--endpoint", sink.listen()]
        return lambda path: run(bench.load(path, to="opensearch") + endpoint, cores=cores)

    ways = {
        "none": lambda path: run(bench.load(path), cores=CORES[-1:]),
        "ndjson": lambda path: run(bench.load(path, to="ndjson"), cores=CORES[-1:]),
        "opensearch": sent(Sink),
        f"on {len(CORES)} cores": sent(Sink, CORES),
        "413": sent(SmallSink),
        "429": sent(FullSink),
        "slow": sent(SlowSink),
    }
    print("peak MiB; what is sent goes to a server that answers at once, or refuses requests above 200 kB (413), or each\n"
          "sixth request (429), or takes 100 ms for each\n")
    print(f"{'lines':<12}{'text MB':>9}" + "".join(f"{name:>14}" for name in ways))
    for lines in (bench.lines // 10, bench.lines, 10 * bench.lines):
        path = bench.object(lines)
        with gzip.open(path) as text:
            inflated = sum(map(len, iter(lambda: text.read(MIB), b"")))
        peaks = "".join(f"{way(path).peak / MIB:>14.1f}" for way in ways.values())
        print(f"{lines:<12,}{inflated / 1e6:>9.1f}{peaks}")


class Node:
    """An OpenSearch node, a real one, that holds nothing of ours before and after."""

    INDICES = "log-deepsecurity*"

    def __init__(self, bench):
        start = ["scripts/opensearch", "start", "--exit-with", str(os.getpid())]
        os.sched_setaffinity(0, CORES)
        self.url = subprocess.run(start, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        if self.ask("GET", f"_cat/indices/{self.INDICES}").strip():
            sys.exit(f"bench: {self.url} holds {self.INDICES}, which this would delete: give it a node without")
        subprocess.run([bench.loader, "setup", "--endpoint", self.url], check=True, stdout=subprocess.DEVNULL)

    def ask(self, method, path):
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/{path}", method=method)) as answer:
            return answer.read().decode()

    def take(self, send):
        """What `send` gives, and how many documents the node has of it, which it then forgets."""
        try:
            sent = send()
            self.ask("POST", f"{self.INDICES}/_refresh")
            return sent, json.loads(self.ask("GET", f"{self.INDICES}/_count"))["count"]
        finally:
            self.ask("DELETE", self.INDICES)


class Sink(http.server.BaseHTTPRequestHandler):
    """A cluster that takes everything at once."""

    protocol_version = "HTTP/1.1"
    TAKEN = b'{"index":{"status":201}}'
    # Requests with documents.
    taken = 0

    @classmethod
    def listen(cls):
        """Its address, for as long as this process lives."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), cls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def do_GET(self):
        self.answer(b"{}")

    def do_POST(self):
        # The first request to an endpoint has no body.
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        if status := self.refusal(body):
            return self.answer(b"{}", status)
        Sink.taken += bool(body)
        items = b",".join([self.TAKEN] * (body.count(b"\n") // 2))
        self.answer(b'{"took":0,"errors":false,"items":[' + items + b"]}")

    def refusal(self, body):
        """The status with which a request is refused, if it is."""

    def answer(self, body, status=200):
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_):
        pass


class SmallSink(Sink):
    """A cluster that takes small requests only."""

    def refusal(self, body):
        return 413 if len(body) > 200_000 else None


class FullSink(Sink):
    """A cluster that puts each sixth request off."""

    numbers = itertools.count(1)

    def refusal(self, body):
        return 429 if next(self.numbers) % 6 == 0 else None


class SlowSink(Sink):
    """A cluster that takes its time."""

    def refusal(self, body):
        time.sleep(0.1)


# The node takes 2,000 to 4,000 documents a second on two cores.
DELIVERED_SHARE = 0.4


def deliverable(bench):
    path = bench.object(max(1, int(bench.lines * DELIVERED_SHARE)))
    return path, bench.bodies(path)


def bulk_bodies(bench, url, bodies, *settings):
    """What the sender says of itself, with its CPU seconds."""
    command = [bench.bulk_bodies, url, str(bodies), *settings]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        sent = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench: {' '.join(command)} ended with {process.returncode}")
    return json.loads(sent) | {"cpu": usage.ru_utime + usage.ru_stime}


def delivery(bench):
    path, bodies = deliverable(bench)
    node = Node(bench)
    loader = bench.load(path, to="opensearch") + ["--endpoint", node.url]
    ways = {
        "bodies rendered before": lambda: bulk_bodies(bench, node.url, bodies)["seconds"],
        "load --to opensearch": lambda: run(loader, cores=CORES).wall,
    }
    print(f"{path}: {bodies.stat().st_size / 1e6:.1f} MB of requests; {bench.rounds} rounds after one to warm up, "
          f"node and sender on {len(CORES)} cores\n")
    print(f"{'documents/s':<12}" + "".join(f"{name:>25}" for name in ways) + f"{'ratio %':>10}")
    rounds = []
    for number in range(bench.rounds + 1):
        # In turns, and each as often first: the node gets quicker, and the machine has other work.
        names = list(ways)[:: 1 if number % 2 else -1]
        sent = {name: node.take(ways[name]) for name in names}
        counts = {count for _, count in sent.values()}
        if len(counts) != 1:
            sys.exit(f"bench: the node has {' or '.join(map(str, counts))} documents, depending on who sent them")
        documents = counts.pop()
        if number:
            rounds.append([documents / sent[name][0] for name in ways])
            print_rates(f"round {number}", *rounds[-1])
    print_rates("median", *map(median, zip(*rounds)))
    print(f"{'median of the rounds’ ratios':<62}{median(own / bare * 100 for bare, own in rounds):>10.1f}")


def print_rates(name, bare, own):
    print(f"{name:<12}{bare:>25,.0f}{own:>25,.0f}{own / bare * 100:>10.1f}", flush=True)


def sink(bench):
    path, bodies = bench.object(bench.lines), bench.bodies(bench.object(bench.lines))
    url = Sink.listen()
    loader = bench.load(path, to="opensearch") + ["--endpoint", url]
    ways = {
        "load --to none": lambda: run(bench.load(path), cores=CORES)[:2],
        "load --to opensearch": lambda: run(loader, cores=CORES)[:2],
        "bodies rendered before": lambda: operator.itemgetter("seconds", "cpu")(bulk_bodies(bench, url, bodies)),
    }
    runs = {name: [] for name in ways}
    for _ in range(bench.rounds):
        for name, way in ways.items():
            runs[name].append(way())
    documents = bulk_bodies(bench, url, bodies)["documents"]
    print(f"{path} to a server that answers at once, on the same {len(CORES)} cores\n")
    print(f"{'median of rounds':<26}{'wall s':>9}{'cpu s':>9}{'documents/s':>13}")
    for name, usages in runs.items():
        wall, cpu = map(median, zip(*usages))
        print(f"{name:<26}{wall:>9.2f}{cpu:>9.2f}{documents / wall:>13,.0f}")


def bytes_of(bench):
    path = bench.object(bench.lines)
    print(f"{path}: ", end="")
    bench_bytes.by_field(path, bench.bodies(path))
    node = Node(bench)
    command = bench.load(path, to="opensearch") + ["--endpoint", node.url]
    bench_bytes.on_disk(node, path, lambda: run(command, cores=CORES))


def logs(bench):
    print(f"{bench.lines:,} events of each log type on core {CORES[-1]}; {bench.rounds} rounds after one to warm up\n\n"
          f"{'':<14}{'MB':>8}{'cpu s':>8}{'events/s':>11}{'MB/s':>8}{'cpu/floor':>11}{'peak MiB':>10}")
    config = bench.folder / "logs.ini"
    config.write_text("[DEFAULT]\nlog_types = all\n")
    for section in ("waf", "alb", "cloudtrail", "vpcflowlogs", "nginx-access"):
        path = bench.folder / f"{section}-seed-{bench.seed}-events-{bench.lines}.gz"
        truth = path.with_suffix(".json")
        bench.generate(bench.lines, path, "--log-type", section, "--truth", truth)
        size = json.loads(truth.read_text())["bytes"]
        flags = ["--config", str(config), "--log-type", section]
        bodies = path.with_suffix(".ndjson")
        with open(bodies, "wb") as out:
            subprocess.run(bench.load(path, to="ndjson") + flags, stdout=out, stderr=subprocess.DEVNULL, check=True)
        own, floor = bench.median(bench.load(path) + flags), bench.median([bench.floor, str(path), str(bodies)])
        print(f"{section:<14}{size / 1e6:>8.1f}{own.cpu:>8.2f}{bench.lines / own.wall:>11,.0f}{size / 1e6 / own.wall:>8.1f}"
              f"{own.cpu / floor.cpu:>11.2f}{own.peak / MIB:>10.1f}", flush=True)


# Requests of so many bytes, so many at a time, compressed at this level (0: not at all).
REQUESTS = [
    *((size, 2, 1) for size in (1_000_000, 2_500_000, 5_000_000, 10_000_000)),
    *((5_000_000, connections, 1) for connections in (1, 4, 8)),
    *((5_000_000, 2, level) for level in (0, 6)),
    (2_500_000, 4, 1),
]


def requests(bench):
    path, bodies = deliverable(bench)
    node = Node(bench)
    runs = {setting: [] for setting in REQUESTS}
    for number in range(bench.rounds + 1):
        # Each round begins elsewhere: the node gets quicker, and the machine has other work.
        begin = number * 3 % len(REQUESTS)
        for setting in REQUESTS[begin:] + REQUESTS[:begin] if number else REQUESTS[:1]:
            size, connections, level = map(str, setting)
            sent, _ = node.take(lambda: bulk_bodies(
                bench, node.url, bodies, "--bytes", size, "--connections", connections, "--gzip", level))
            if number:
                runs[setting].append(sent)
            print(f"round {number}: {size} bytes, {connections} at a time, gzip {level}: {sent['seconds']:.2f} s",
                  file=sys.stderr, flush=True)
    print(f"{path}: {sent['documents']} documents, {bodies.stat().st_size / 1e6:.1f} MB of requests; "
          f"{bench.rounds} rounds in turns, node and sender on {len(CORES)} cores\n")
    print(f"{'bytes':>12}{'at a time':>11}{'gzip':>6}{'requests':>10}{'MB sent':>9}{'sender CPU s':>14}{'wall s':>8}"
          f"{'documents/s':>13}{'lowest':>8}{'highest':>9}")
    for (size, connections, level), sent in runs.items():
        rates = [one["documents"] / one["seconds"] for one in sent]
        print(f"{size:>12,}{connections:>11}{level or 'off':>6}{sent[0]['requests']:>10}{sent[0]['bytes'] / 1e6:>9.1f}"
              f"{median(one['cpu'] for one in sent):>14.2f}{median(one['seconds'] for one in sent):>8.2f}"
              f"{median(rates):>13,.0f}{min(rates):>8,.0f}{max(rates):>9,.0f}")


PARTS = {"speed": speed, "hostile": hostile, "scaling": scaling, "objects": objects, "memory": memory,
         "delivery": delivery, "sink": sink, "requests": requests, "start": start, "bytes": bytes_of,
         "logs": logs}

if __name__ == "__main__":
    main()
