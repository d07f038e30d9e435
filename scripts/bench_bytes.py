"""The bytes of requests by field, and those of an index on disk by what they are for."""

import collections
import gzip
import json

# The files of a segment of Lucene, by what they are for.
FILES = {
    "source": ["fdt", "fdx", "fdm"],
    "inverted index": ["tim", "tip", "tmd", "doc", "pos", "pay", "psm"],
    "doc values": ["dvd", "dvm"],
    "numbers, times and addresses to search": ["kdd", "kdi", "kdm"],
    "lengths of texts": ["nvd", "nvm"],
}
SHOWN = 30


class Fields:
    """Bytes of names and values by field. An object's name counts for itself, with its braces."""

    def __init__(self):
        self.names, self.values = collections.Counter(), collections.Counter()
        self.actions = self.documents = self.total = 0

    def read(self, bodies):
        with open(bodies, "rb") as lines:
            for action in lines:
                document = next(lines)
                self.documents += 1
                self.actions += len(action)
                self.total += len(action) + len(document)
                self.add(json.loads(document), "")

    def add(self, members, path):
        for name, value in members.items():
            field = path + name
            # With the colon and the comma.
            self.names[field] += length(name) + 2
            if isinstance(value, dict):
                # Its braces, and no comma in front of its first member.
                self.names[field] += 1
                self.add(value, field + ".")
            else:
                self.values[field] += length(value)

    def print(self, text):
        rest = self.total - self.actions - self.names.total() - self.values.total()
        print(f"{self.documents:,} documents, {self.total / 1e6:.1f} MB of requests, {self.total / text:.2f} bytes for a byte of text\n")
        print(f"{'bytes a document':<44}{'names':>9}{'values':>9}{'both':>9}{'share %':>9}")
        both = self.names + self.values
        rows = [(field, self.names[field], self.values[field]) for field, _ in both.most_common(SHOWN)]
        shown = {field for field, _, _ in rows}
        rows += [
            (f"{len(both) - len(shown)} other fields", *(sum(n for field, n in of.items() if field not in shown)
                                                         for of in (self.names, self.values))),
            ("action lines", 0, self.actions),
            ("braces and line ends", rest, 0),
            ("all", self.names.total() + rest, self.values.total() + self.actions),
        ]
        for name, names, values in rows:
            print(f"{name:<44}{names / self.documents:>9.1f}{values / self.documents:>9.1f}"
                  f"{(names + values) / self.documents:>9.1f}{(names + values) / self.total * 100:>9.2f}")


def length(value):
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def inflated(path):
    with gzip.open(path) as text:
        return sum(map(len, iter(lambda: text.read(1 << 20), b"")))


def by_field(path, bodies):
    """Prints what the requests of an object consist of."""
    fields = Fields()
    fields.read(bodies)
    fields.print(inflated(path))


def on_disk(node, path, send):
    """Sends an object, merges its index to one segment, and prints the bytes of its files."""
    def measure():
        send()
        node.ask("POST", f"{node.INDICES}/_refresh")
        node.ask("POST", f"{node.INDICES}/_forcemerge?max_num_segments=1&flush=true")
        # The segments before the merge are there until nobody searches them.
        node.ask("POST", f"{node.INDICES}/_refresh")
        answer = json.loads(node.ask("GET", f"{node.INDICES}/_stats/store,docs,segments?include_segment_file_sizes=true"))
        settings = json.loads(node.ask("GET", f"{node.INDICES}/_settings"))
        return answer["_all"]["primaries"], {index["settings"]["index"].get("codec", "default") for index in settings.values()}

    (stats, codecs), _ = node.take(measure)
    files = {name: file["size_in_bytes"] for name, file in stats["segments"]["file_sizes"].items()}
    documents, text = stats["docs"]["count"], inflated(path)
    rows = {what: sum(files.pop(name, 0) for name in names) for what, names in FILES.items()}
    rows["all else"] = sum(files.values())
    total = sum(rows.values())
    print(f"\n{documents:,} documents in {stats['segments']['count']} segments, codec {', '.join(codecs)}: "
          f"{total / 1e6:.1f} MB, {total / text:.2f} bytes for a byte of text\n")
    print(f"{'bytes a document':<44}{'bytes':>9}{'share %':>9}")
    for what, size in (*rows.items(), ("all", total)):
        print(f"{what:<44}{size / documents:>9.1f}{size / total * 100:>9.2f}")
