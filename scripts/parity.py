"""Compares es-loader's documents with the Python loader's. scripts/parity runs it and tells what it prints."""

import argparse
import ast
import csv
import io
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from unittest.mock import MagicMock

SAMPLES = Path("fixtures/log_types")
BUCKET = "siem-logs"

# Keys as the services write them.
KEYS = {
    "waf": "AWSLogs/111122223333/WAFLogs/ap-northeast-1/aws-waf-logs-shop.log",
    "alb": "AWSLogs/111122223333/elasticloadbalancing/ap-northeast-1/2026/11/21/"
    "111122223333_elasticloadbalancing_ap-northeast-1_app.shop.0123456789abcdef_20261121T0005Z_203.0.113.1_x.log.gz",
    "clb": "AWSLogs/111122223333/elasticloadbalancing/ap-northeast-1/2026/11/21/"
    "111122223333_elasticloadbalancing_ap-northeast-1_shop-clb_20261121T0005Z_203.0.113.1_x.log",
    "nlb": "AWSLogs/111122223333/elasticloadbalancing/ap-northeast-1/2026/11/21/"
    "111122223333_elasticloadbalancing_ap-northeast-1_net.shop-nlb.c6e77e28c25b2234_20261121T0005Z_0123abcd.log.gz",
    "cloudtrail": "AWSLogs/111122223333/CloudTrail/ap-northeast-1/2026/11/21/x.json",
    "vpcflowlogs": "AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/11/21/x.log",
    "guardduty": "AWSLogs/111122223333/GuardDuty/ap-northeast-1/2026/11/21/x.json",
    "s3accesslog": "AWSLogs/111122223333/s3accesslog/ap-northeast-1/2026-11-21-00-00-05-0123456789ABCDEF",
    "cloudfront-standard": "AWSLogs/111122223333/EDFDVBD6EXAMP.2026-11-21-00.0123abcd.gz",
    "cloudfront-realtime": "AWSLogs/111122223333/CloudFront/global/realtime/EDFDVBD6EXAMP/x",
    "route53resolver": "AWSLogs/111122223333/vpcdnsquerylogs/ap-northeast-1/2026/11/21/x.log",
    "networkfirewall": "AWSLogs/111122223333/network-firewall/ap-northeast-1/x_network-firewall_x.log",
    "linux-secure": "AWSLogs/111122223333/Linux/ap-northeast-1/Secure/x",
    "linux-os-syslog": "AWSLogs/111122223333/Linux/ap-northeast-1/x",
    "nginx-access": "AWSLogs/111122223333/Nginx/Access/ap-northeast-1/web-site-name=shop/x",
    "nginx-error": "AWSLogs/111122223333/Nginx/Error/ap-northeast-1/web-site-name=shop/x",
    "apache-access": "AWSLogs/111122223333/Apache/Access/ap-northeast-1/web-site-name=shop/x",
    "apache-error": "AWSLogs/111122223333/Apache/Error/ap-northeast-1/web-site-name=shop/x",
}

# Those of which `es-loader generate` makes events up.
GENERATED = ("waf", "alb", "cloudtrail", "vpcflowlogs", "nginx-access")


class Upstream:
    """The Python loader, without AWS."""

    def __init__(self, folder):
        sys.path.insert(0, folder)
        os.chdir(folder)
        os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")
        os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "parity")
        logging.disable(logging.CRITICAL)
        import siem
        from siem import utils

        self.siem, self.utils = siem, utils
        self.config = utils.get_etl_config()
        utils.load_modules_on_memory(self.config, [])
        self.logconfig = self.functions(folder)

    def functions(self, folder):
        """Its own reading of a section, which stands in a file that asks for AWS as soon as it is imported."""
        wanted = ("get_value_from_etl_config", "create_logconfig")
        tree = ast.parse(Path(folder, "index.py").read_text())
        tree.body = [node for node in tree.body if getattr(node, "name", "") in wanted]
        names = {
            "etl_config": self.config,
            "re": re,
            "json": json,
            "lru_cache": lru_cache,
            "logger": logging.getLogger(),
            "SERVICE": "es",
            "log_exclusion_patterns": {},
            "exclusion_conditions": {},
        }
        exec(compile(tree, "index.py", "exec"), names)
        return names["create_logconfig"]

    def documents(self, log_type, key, sample):
        """The documents of a sample, or why there are none."""
        config = self.logconfig(log_type)
        client = MagicMock()
        client.get_object.return_value = {
            "Body": io.BytesIO(sample),
            "ResponseMetadata": {"HTTPHeaders": {"content-length": str(len(sample))}},
        }
        record = {"s3": {"object": {"key": key, "size": len(sample)}, "bucket": {"name": BUCKET}}}
        logfile = self.siem.LogS3(record, BUCKET, key, log_type, config, client, None)
        module = self.utils.load_sf_module(logfile, config, [])
        geo, ioc, xff = MagicMock(), MagicMock(is_enabled=False), MagicMock(is_enabled=False)
        geo.check_ipaddress.return_value = (None, None)
        parser = self.siem.LogParser(logfile, config, module, geo, ioc, xff)
        documents = []
        try:
            for line, event, meta in logfile:
                parser(line, event, meta)
                if not parser.is_ignored:
                    index = parser.indexname
                    documents.append({"_index": index, "_id": parser.doc_id, **json.loads(parser.json)})
        except Exception as error:
            return documents, f"{type(error).__name__}: {error}"
        return documents, ""


def objects(log_type, sample, via_cloudwatch):
    """Each event of a sample in an object of its own: one bad line fails the Python loader's whole object."""
    lines = sample.decode(errors="replace").splitlines(keepends=True)
    if log_type == "cloudtrail":
        events = [event for line in lines for event in json.loads(line)["Records"]]
        return [json.dumps({"Records": [event]}).encode() for event in events]
    if log_type.startswith("linux"):
        envelopes = [json.loads(line) for line in lines]
        return [
            json.dumps({**envelope, "logEvents": [event]}).encode()
            for envelope in envelopes
            for event in envelope["logEvents"]
        ]
    headers = {"vpcflowlogs": 1, "cloudfront-standard": 2}.get(log_type, 0)
    front = "".join(lines[:headers])
    events = []
    for line in lines[headers:]:
        if log_type == "nginx-error" and not line.startswith("20"):
            events[-1] += line
        elif line.strip():
            events.append(line)
    if not via_cloudwatch:
        repeat = 2 if log_type == "vpcflowlogs" else 1
        return [(front + event * repeat).encode() for event in events]
    envelope = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "access-ssl", "logStream": "web-i-0123456789abcdef0"}
    return [
        json.dumps({**envelope, "logEvents": [{"id": "1", "timestamp": 1795219205000, "message": event.rstrip("\n")}]}).encode()
        for event in events
    ]


def of_es_loader(program, log_type, key, sample):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, key)
        file.parent.mkdir(parents=True)
        file.write_bytes(sample)
        Path(folder, "user.ini").write_text("[DEFAULT]\nlog_types = all\ntimestamp_tz = +00:00\n")
        command = [program, "load", "--to", "ndjson", "--config", "user.ini", "--log-type", log_type, key]
        run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    lines = run.stdout.decode().splitlines()
    return [{**json.loads(meta)["index"], **json.loads(text)} for meta, text in zip(lines[::2], lines[1::2])]


def flat(value, path=""):
    """The fields of a document with their values; a list is a value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else name)
    else:
        yield path, value


def same(one, other):
    """Whether an index takes both for the same: numbers may be texts, a list of one is its value, and times are instants."""

    def plain(value):
        if isinstance(value, list):
            values = sorted((plain(inner) for inner in value), key=str)
            return values[0] if len(values) == 1 else values
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items()}
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return float(text)
        if re.match(r"\d{4}-\d\d-\d\dT", text):
            try:
                return datetime.fromisoformat(text).timestamp()
            except ValueError:
                pass
        return text.strip()

    return plain(one) == plain(other)


def decisions():
    with open("scripts/parity.csv", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [(row["log_type"].split(), re.compile(row["field"]), row["where"], row["reason"]) for row in rows]


def decided(rules, log_type, field, one, other):
    """The decision by which a field differs, if there is one."""
    if "[redacted:" in json.dumps(other):
        return "secrets are redacted"
    if one is None and field.startswith(log_type.replace("-", "_") + "."):
        return "what is no field of the log goes to its section"
    where = "added" if one is None else "left out" if other is None else "other"
    for log_types, pattern, rule_where, reason in rules:
        if (log_types == ["*"] or log_type in log_types) and rule_where in ("any", where):
            if pattern.fullmatch(field):
                return reason
    return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("log_types", nargs="*")
    arguments.add_argument("--fields", action="store_true")
    arguments.add_argument("--generated", type=int, metavar="N")
    arguments.add_argument("--loader", required=True)
    arguments.add_argument("--es-loader", required=True)
    given = arguments.parse_args()
    program = os.path.abspath(given.es_loader)
    home, rules = os.getcwd(), decisions()
    upstream = Upstream(given.loader)
    os.chdir(home)
    mistakes = 0
    print("| log type | documents in both | here alone | fields compared | equal | different by decision | by mistake |")
    print("|---|---|---|---|---|---|---|")
    for log_type, key in KEYS.items():
        if given.log_types and log_type not in given.log_types or given.generated and log_type not in GENERATED:
            continue
        # Those in another version have a further word in their names.
        (path,) = [SAMPLES / (log_type + end) for end in (".log", ".json") if (SAMPLES / (log_type + end)).exists()]
        sample = path.read_bytes()
        if given.generated:
            command = [program, "generate", "--log-type", log_type, "--lines", str(given.generated)]
            sample = subprocess.run(command, capture_output=True, check=True).stdout
        counts = {"compared": 0, "equal": 0, "decided": 0, "mistakes": 0}
        pairs, dropped = [], 0
        for bytes_of_object in objects(log_type, sample, upstream.logconfig(log_type)["via_cwl"]):
            os.chdir(given.loader)
            theirs, failure = upstream.documents(log_type, key, bytes_of_object)
            os.chdir(home)
            ours = of_es_loader(program, log_type, key, bytes_of_object)
            if log_type == "vpcflowlogs":
                # The Python loader loses the last line of each: the object has the event twice.
                ours = ours[:1]
            pairs += zip(theirs, ours)
            dropped += len(ours) - len(theirs)
            if failure or len(theirs) != len(ours):
                told = f"{log_type}: {len(theirs)} documents there, {len(ours)} here {failure}: {bytes_of_object[:80]}"
                print(told, file=sys.stderr)
        for number, (one, other) in enumerate(pairs):
            one, other = dict(flat(one)), dict(flat(other))
            for field in sorted(one.keys() | other.keys()):
                counts["compared"] += 1
                if same(one.get(field, ""), other.get(field, "")):
                    counts["equal"] += 1
                    continue
                reason = decided(rules, log_type, field, one.get(field), other.get(field))
                counts["decided" if reason else "mistakes"] += 1
                if given.fields or not reason:
                    told = f"{log_type} {number} {field}: {one.get(field)!r} here {other.get(field)!r}"
                    print(f"{told}  [{reason or 'MISTAKE'}]", file=sys.stderr)
        mistakes += counts["mistakes"]
        cells = [log_type, len(pairs), dropped, *counts.values()]
        print("| " + " | ".join(map(str, cells)) + " |")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
