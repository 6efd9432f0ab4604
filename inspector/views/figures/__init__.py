"""Plotly figures made from the tables of a capture; the dashboard, the report and notebooks show the same ones.

A figure is a plain dictionary, {"data": […], "layout": {…}}, that `plotly.graph_objects.Figure(figure)` accepts and the
page's plotly.js draws. Each has at most about 10 000 points: more are downsampled so that extremes are kept.
"""
