"""The style of charts that leave the site: the shared rules of charts.css with the light colors put in.

A test holds the two files together.
"""

FAMILY = '"Source Sans 3", "Source Sans Pro", "Noto Sans", Arial, sans-serif'
OWN = f"""
text {{ font-family: {FAMILY}; }}
.ground {{ fill: #ffffff; }}
"""
LAST = """
.chart .heading { font-size: 18px; font-weight: 700; }
.chart .subtitle, .chart .source { fill: #4a5763; }
"""
SHARED = """
.chart path { fill: none; }
.chart .grid { stroke: #d5dbe1; stroke-width: 1px; }
.chart .axis { stroke: #4a5763; stroke-width: 1.5px; }
.chart .break { stroke: #4a5763; stroke-width: 1px; }
.chart .leader { stroke: #4a5763; stroke-width: 1px; }
.chart path.fan { fill: #cdd5dc; }
.chart .projection { stroke: #4a5763; stroke-width: 2px; stroke-dasharray: 2 4; }
.chart .required { stroke: #1b2733; stroke-width: 2.5px; stroke-dasharray: 9 5; }
.chart .needed { stroke: #1b2733; stroke-width: 3px; }
.chart .observed { stroke: #0b4f8a; stroke-width: 3px; stroke-linejoin: round; }
.chart .gap { stroke-width: 1.5px; }
.chart .dot { fill: #0b4f8a; }
.chart .provisional { fill: #ffffff; stroke: #0b4f8a; stroke-width: 2px; }
.chart .observed.series-2, .chart .provisional.series-2 { stroke: #1b2733; }
.chart .observed.series-3, .chart .provisional.series-3 { stroke: #4a5763; }
.chart .dot.series-2 { fill: #1b2733; }
.chart .dot.series-3 { fill: #4a5763; }
.chart .dot.series-4 { fill: #0b4f8a; }
.chart .dot.provisional { fill: #ffffff; }
.chart .milestone { fill: #ffffff; stroke: #1b2733; stroke-width: 2px; }
.chart .target-ring { fill: #ffffff; stroke: #1b2733; stroke-width: 2.5px; }
.chart .target-ring.inner { stroke-width: 2px; }
.chart .bar { fill: #0b4f8a; }
.chart .bar.context { fill: #4a5763; }
.chart .reference { stroke: #1b2733; stroke-width: 2px; stroke-dasharray: 9 5; }
.chart text {
  font-size: 14px;
  fill: #1b2733;
  stroke: #ffffff;
  stroke-width: 4px;
  stroke-linejoin: round;
  paint-order: stroke;
  }
.chart .tick { font-size: 13px; fill: #4a5763; }
.chart .aim,
.chart .observed-name,
.chart .series-2-name,
.chart .series-3-name,
.chart .series-4-name,
.chart .bar-value { font-weight: 700; }
.chart .observed-name, .chart .series-4-name { fill: #0b4f8a; }
.chart .pace, .chart .note, .chart .series-3-name { fill: #4a5763; }
.chart .reference.halo { stroke: #ffffff; stroke-width: 5px; stroke-dasharray: none; }
.chart .middle { text-anchor: middle; }
.chart .end { text-anchor: end; }
"""
STYLE = OWN + SHARED + LAST
