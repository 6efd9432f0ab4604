"""Plotly figures made from the tables of a capture; the dashboard, the report and notebooks show the same ones.

A figure is a plain dictionary, {"data": […], "layout": {…}}, that `plotly.graph_objects.Figure(figure)` takes and the
page's plotly.js draws. At most about 10 000 points each: what is more is thinned out, and extremes are kept.
"""
