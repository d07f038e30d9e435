"""Objects of the log types of a web service: the samples of the playground, each event with other addresses, times and numbers."""

import gzip
import itertools
import json
import pathlib
import random
import re

# The name of a section, and the sample that its events are made of.
SAMPLES = {
    "waf": "waf.log",
    "alb": "alb.log",
    "cloudtrail": "cloudtrail.json",
    "vpcflowlogs": "vpcflowlogs.log",
    "nginx-access": "nginx-access.log",
}
CHANGED = re.compile(r"\b(?:203\.0\.113|198\.51\.100)\.\d+\b|(?<!\d)0[09]:0\d:\d\d|\b41522\b|\b0{11}\d\b|-[0-9a-f]{24}\b")


def changed(random, text):
    """The text with other values of the same form."""
    if text.count(".") == 3:
        return f"{random.choice(('203.0.113', '198.51.100'))}.{random.randrange(1, 255)}"
    if ":" in text:
        return f"{text[:2]}:{random.randrange(60):02}:{random.randrange(60):02}"
    if text.startswith("-"):
        return f"-{random.randrange(16**24):024x}"
    return f"{random.randrange(10**len(text)):0{len(text)}}" if len(text) > 5 else str(random.randrange(1024, 65536))


def events(sample, seed):
    """The header of a sample, if it has one, and its events for ever, each with other values."""
    text = (pathlib.Path("fixtures/playground") / sample).read_text()
    if sample.endswith(".json"):
        header, lines = [], [json.dumps(event, separators=(",", ":")) for event in json.loads(text)["Records"]]
    else:
        lines = text.splitlines()
        header = lines[:1] if lines[0].startswith("version ") else []
        lines = lines[len(header) :]
    values = random.Random(seed)
    vary = lambda line: CHANGED.sub(lambda found: changed(values, found[0]), line)
    return header, map(vary, itertools.cycle(lines))


def write(section, count, seed, path):
    """An object with so many events. Gives how many bytes of text it has."""
    sample = SAMPLES[section]
    header, endless = events(sample, seed)
    lines = itertools.islice(endless, count)
    if sample.endswith(".json"):
        text = '{"Records":[' + ",".join(lines) + "]}"
    else:
        text = "".join(f"{line}\n" for line in itertools.chain(header, lines))
    with gzip.open(path, "wt", 6) as out:
        out.write(text)
    return len(text.encode())
