//! The settings of each kind of chart, as Dashboards saves them.

use serde_json::{Value, json};

use super::{EVENTS, Text};

pub(super) fn numbers() -> Value {
    json!({
        "type": "metric", "addTooltip": true, "addLegend": false,
        "metric": {
            "percentageMode": false, "useRanges": false, "colorSchema": "Green to Red", "metricColorMode": "None",
            "colorsRange": [{"from": 0, "to": 10_000}], "labels": {"show": true}, "invertColors": false,
            "style": {"bgFill": "#000", "bgColor": false, "labelColor": false, "subText": "", "fontSize": 32},
        },
    })
}

pub(super) fn bars(kind: &str, [category, value]: [&str; 2], language: usize) -> Value {
    let label = EVENTS.all()[language];
    let labels = json!({"show": true, "filter": true, "rotate": 0, "truncate": 100});
    json!({
        "type": kind, "grid": {"categoryLines": false}, "labels": {"show": false}, "times": [],
        "addTooltip": true, "addLegend": true, "legendPosition": "right", "addTimeMarker": false,
        "categoryAxes": [{
            "id": "CategoryAxis-1", "type": "category", "position": category, "show": true, "style": {},
            "scale": {"type": "linear"}, "labels": labels, "title": {},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": value, "show": true, "style": {},
            "scale": {"type": "linear", "mode": "normal"}, "labels": labels, "title": {"text": label},
        }],
        "seriesParams": [{
            "show": true, "type": "histogram", "mode": "stacked", "data": {"id": "1", "label": label},
            "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": true, "lineWidth": 2, "showCircles": true,
        }],
        "thresholdLine": {"show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    })
}

pub(super) fn heat() -> Value {
    json!({
        "type": "heatmap", "addTooltip": true, "addLegend": true, "enableHover": false, "legendPosition": "right", "times": [],
        "colorsNumber": 6, "colorSchema": "Yellow to Red", "setColorRange": false, "colorsRange": [], "invertColors": false,
        "percentageMode": false,
        "valueAxes": [{
            "show": false, "id": "ValueAxis-1", "type": "value", "scale": {"type": "linear", "defaultYExtents": false},
            "labels": {"show": true, "rotate": 0, "overwriteColor": false, "color": "black"},
        }],
    })
}

pub(super) fn table() -> Value {
    json!({
        "perPage": 10, "showPartialRows": false, "showMetricsAtAllLevels": false, "showTotal": false,
        "sort": {"columnIndex": null, "direction": null}, "totalFunc": "sum", "percentageCol": "",
    })
}

/// A list of the values of a field, of which one is chosen.
pub(super) fn choice(field: &str, label: Text, language: usize) -> Value {
    json!({
        "updateFiltersOnChange": true, "useTimeFilter": true, "pinFilters": false,
        "controls": [{
            "id": "1", "type": "list", "fieldName": field, "label": label.all()[language], "parent": "",
            "indexPatternRefName": super::CONTROL_REFERENCE,
            // Only fields of text take options that follow what is typed.
            "options": {"type": "terms", "multiselect": false, "dynamicOptions": false, "size": 500, "order": "desc"},
        }],
    })
}

/// Text in Markdown.
pub(super) fn note(content: Text, language: usize) -> Value {
    json!({"markdown": content.all()[language], "fontSize": 12, "openLinksInNewTab": false})
}
