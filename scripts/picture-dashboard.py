"""Draws the dashboard as a picture (SVG), out of a node's answers to the queries of its panels. No screenshot of OpenSearch Dashboards.

    python3 scripts/picture-dashboard.py URL > docs/images/dashboard.svg

URL is a node that holds events. The panels and what they ask for are read from config/dashboard.ndjson.
"""

import json
import sys
import urllib.request
from html import escape
from pathlib import Path

UNIT, ROW = 26, 15
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999", "#332288", "#117733"]
METRICS = {"count", "cardinality", "max", "top_hits"}


def main(url):
    objects = [json.loads(line) for line in (Path(__file__).parent / "../config/dashboard.ndjson").open()]
    by_id = {found["id"]: found for found in objects}
    pattern = next(found for found in objects if found["type"] == "index-pattern")["attributes"]["title"]
    dashboard = next(found for found in objects if found["type"] == "dashboard")
    references = {reference["name"]: reference["id"] for reference in dashboard["references"]}
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    drawn, bottom = [], 0
    for panel in panels:
        found = by_id[references[panel["panelRefName"]]]
        if found["type"] != "visualization":
            continue
        place = panel["gridData"]
        bottom = max(bottom, place["y"] + place["h"])
        drawn.append(draw(found["attributes"], place, url, pattern))
    width, height = 48 * UNIT, bottom * ROW + 40
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">')
    print(f'<title>Rendering of the dashboard</title><rect width="{width}" height="{height}" fill="#f5f7fa"/>')
    print("\n".join(drawn))
    note = "A rendering, made of a node's answers to the panels' queries; the events are made up. OpenSearch Dashboards draws them in its own way."
    print(text(8, height - 14, note, "#555"))
    print("</svg>")


def draw(attributes, place, url, pattern):
    state = json.loads(attributes["visState"])
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    words = source["query"]["query"]
    search = {"size": 0, "aggs": aggregations(state["aggs"]), "track_total_hits": True,
              "query": {"query_string": {"query": words}} if words else {"match_all": {}}}
    answer = ask(f"{url}/{pattern}/_search", search)
    left, top = place["x"] * UNIT + 4, place["y"] * ROW + 4
    width, height = place["w"] * UNIT - 8, place["h"] * ROW - 8
    title = attributes["title"].removeprefix("[Deep Security] ")
    inner = {"metric": numbers, "histogram": columns, "horizontal_bar": bars, "table": table, "heatmap": heat}[state["type"]]
    return "\n".join([
        f'<svg x="{left}" y="{top}" width="{width}" height="{height}">',
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="4" fill="#fff" stroke="#d3dae6"/>',
        f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>',
        inner(state["aggs"], answer, width, height),
        "</svg>",
    ])


def ask(url, search):
    request = urllib.request.Request(url, json.dumps(search).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def buckets_of(aggs):
    return [agg for agg in aggs if agg["type"] not in METRICS]


def metrics_of(aggs):
    return [agg for agg in aggs if agg["type"] in METRICS]


def aggregations(aggs):
    """What Dashboards asks for: each bucket in the one before it, the metrics in all."""
    metrics = {}
    for agg in metrics_of(aggs):
        params = agg["params"]
        if agg["type"] == "top_hits":
            sort = [{params["sortField"]: params["sortOrder"]}]
            metrics[agg["id"]] = {"top_hits": {"size": 1, "sort": sort, "_source": [params["field"]]}}
        elif agg["type"] != "count":
            metrics[agg["id"]] = {agg["type"]: {"field": params["field"]}}
    nested = metrics
    for agg in reversed(buckets_of(aggs)):
        params = agg["params"]
        if agg["type"] == "terms":
            by = "_count" if metrics_of(aggs)[0]["type"] == "count" and params["orderBy"] == "1" else params["orderBy"]
            own = {"terms": {"field": params["field"], "size": params["size"], "order": {by: params["order"]}}}
        elif agg["type"] == "date_histogram":
            own = {"auto_date_histogram": {"field": params["field"], "buckets": 48}}
        else:
            own = {"histogram": {"field": params["field"], "interval": params["interval"], "min_doc_count": 1}}
        nested = {agg["id"]: {**own, "aggs": {**metrics, **nested} if nested is not metrics else metrics}}
    return nested


def value(agg, bucket):
    if agg["type"] == "count":
        return f'{bucket["doc_count"]:,}'
    if agg["type"] == "top_hits":
        for hit in bucket[agg["id"]]["hits"]["hits"]:
            found = hit["_source"]
            for step in agg["params"]["field"].split("."):
                found = found.get(step, {}) if isinstance(found, dict) else {}
            return str(found) if found else "-"
        return "-"
    found = bucket[agg["id"]]
    return found.get("value_as_string", "")[5:16].replace("T", " ") or f'{found["value"] or 0:,.0f}'


def text(x, y, words, fill="#343741", more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{fill}" {more}>{escape(str(words))}</text>'


def cut(words, width):
    most = max(3, int(width / 6.6))
    return words if len(words) <= most else words[: most - 1] + "…"


def numbers(aggs, answer, width, height):
    whole = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
    step = (height - 40) / len(aggs)
    parts = []
    for number, agg in enumerate(metrics_of(aggs)):
        middle = 36 + step * (number + 0.5)
        parts.append(text(width / 2, middle, value(agg, whole), more='text-anchor="middle" font-size="28"'))
        parts.append(text(width / 2, middle + 18, agg["params"]["customLabel"], "#69707d", 'text-anchor="middle"'))
    return "\n".join(parts)


def parted(aggs, answer):
    """The outer buckets, each with its name and the counts of its inner buckets; and the inner names, the largest first."""
    outer, inner = buckets_of(aggs)
    rows = [(bucket.get("key_as_string") or bucket["key"], {part["key"]: part["doc_count"] for part in bucket[inner["id"]]["buckets"]})
            for bucket in answer["aggregations"][outer["id"]]["buckets"]]
    total = {}
    for _, parts in rows:
        for name, count in parts.items():
            total[name] = total.get(name, 0) + count
    return rows, sorted(total, key=total.get, reverse=True)


def legend(names, left, top):
    return [f'<rect x="{left}" y="{top + 17 * at}" width="10" height="10" fill="{COLOURS[at % 10]}"/>'
            + text(left + 15, top + 17 * at + 10, name) for at, name in enumerate(names)]


def columns(aggs, answer, width, height):
    rows, names = parted(aggs, answer)
    most = max((sum(parts.values()) for _, parts in rows), default=1)
    step, room = (width - 190) / max(len(rows), 1), height - 66
    out = legend(names, width - 150, 34)
    for at, (name, parts) in enumerate(rows):
        y = 34 + room
        for part in names:
            tall = parts.get(part, 0) / most * room
            y -= tall
            if tall:
                out.append(f'<rect x="{20 + at * step:.1f}" y="{y:.1f}" width="{max(step - 1, 1):.1f}" height="{tall:.1f}" fill="{COLOURS[names.index(part) % 10]}"/>')
        if at % max(1, len(rows) // 6) == 0:
            out.append(text(20 + at * step, height - 12, name[5:16].replace("T", " "), "#69707d", 'font-size="10"'))
    return "\n".join(out)


def bars(aggs, answer, width, height):
    rows, names = parted(aggs, answer)
    most = max((sum(parts.values()) for _, parts in rows), default=1)
    step = (height - 70) / max(len(rows), 1)
    out = []
    for at, (name, parts) in enumerate(rows):
        x, y = 140, 34 + at * step
        out.append(text(132, y + step / 2 + 2, name, more='text-anchor="end"'))
        for part in names:
            wide = parts.get(part, 0) / most * (width - 160)
            out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{step * 0.7:.1f}" fill="{COLOURS[names.index(part) % 10]}"/>')
            x += wide
    for at, name in enumerate(names):
        out.append(f'<rect x="{140 + 100 * at}" y="{height - 26}" width="10" height="10" fill="{COLOURS[at % 10]}"/>' + text(155 + 100 * at, height - 17, name))
    return "\n".join(out)


def table(aggs, answer, width, height):
    heads = buckets_of(aggs) + metrics_of(aggs)
    first = 0.42 if len(heads) < 4 else 0.24
    lefts = [10] + [10 + (width - 20) * (first + (1 - first) / (len(heads) - 1) * at) for at in range(len(heads) - 1)]
    rooms = [right - left - 8 for left, right in zip(lefts, lefts[1:] + [width - 4])]
    out = [text(left, 42, agg["params"]["customLabel"], "#69707d") for left, agg in zip(lefts, heads)]
    outer = buckets_of(aggs)[0]
    for at, bucket in enumerate(answer["aggregations"][outer["id"]]["buckets"][: int((height - 56) / 20)]):
        y = 64 + 20 * at
        out.append(f'<path d="M10 {y - 14}H{width - 10}" stroke="#e6ebf2"/>')
        cells = [str(bucket["key"])] + [value(agg, bucket) for agg in metrics_of(aggs)]
        out += [text(left, y, cut(cell, room)) for left, room, cell in zip(lefts, rooms, cells)]
    return "\n".join(out)


def heat(aggs, answer, width, height):
    rows, names = parted(aggs, answer)
    most = max((count for _, parts in rows for count in parts.values()), default=1)
    wide, tall = (width - 160) / max(len(rows), 1), (height - 66) / max(len(names), 1)
    out = [text(142, 34 + tall * at + tall / 2 + 4, name, more='text-anchor="end"') for at, name in enumerate(names)]
    for at, (severity, parts) in enumerate(rows):
        out.append(text(150 + wide * (at + 0.5), height - 14, f"{float(severity):.0f}", "#69707d", 'text-anchor="middle"'))
        for name, count in parts.items():
            strength = 0.15 + 0.85 * (count / most) ** 0.5
            y = 34 + tall * names.index(name)
            out.append(f'<rect x="{150 + wide * at:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{tall - 2:.1f}" fill="#0b57a4" fill-opacity="{strength:.2f}"/>')
    return "\n".join(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"))
