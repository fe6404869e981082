"""Maps of grid cells as files, and a square of Weihai bent into every fault."""

import json

from gezhi.kernel.geojson import Shape

SQUARE = [[122.0, 37.0], [122.01, 37.0], [122.01, 37.01], [122.0, 37.01], [122.0, 37.0]]
HOLE = [[122.002, 37.002], [122.002, 37.004], [122.004, 37.004], [122.004, 37.002], [122.002, 37.002]]


def feature(coordinates, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def written(document):
    return json.dumps(document, ensure_ascii=False).encode()


BENT = {
    "unclosed": ([SQUARE[:-1]], (122.0, 37.01)),
    "self_crossing": ([[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]], (122.005, 37.005)),
    "zero_area": ([[SQUARE[0], SQUARE[2], [122.005, 37.005], SQUARE[0]]], (122.0, 37.0)),
    "too_few": ([[SQUARE[0], SQUARE[1], SQUARE[0]]], (122.0, 37.0)),
    "hole_outside": ([SQUARE, [[lon + 1, lat] for lon, lat in HOLE]], (123.002, 37.002)),
    "swapped": ([[[lat, lon] for lon, lat in SQUARE]], (37.0, 122.0)),
    "metres": ([[[lon * 111_000, lat * 111_000] for lon, lat in SQUARE]], (13_542_000.0, 4_107_000.0)),
    "antimeridian": ([[[179.0, 37.0], [-179.0, 37.0], [-179.0, 38.0], [179.0, 37.0]]], (179.0, 37.0)),
    "range": ([[[181.0, 37.0], *SQUARE]], (181.0, 37.0)),
}


def shape(number, lon, lat):
    ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat]]
    return Shape(number, "", f"A{number}", "", {"type": "Polygon", "coordinates": [ring]})
