"""Views: values in, DOT, SVG, text or HTML out. No widget is imported here."""
