"""The lab as widgets. Only this folder imports ipywidgets and anywidget.

`panel` is the lab without a face: a plain class that decides what is shown and what can be done.
`lab` and `stage` are its face, and decide nothing.
"""
