"""The exercises, one a module, each a value named EXERCISE. Whatever is put here is found.

An exercise is data; CONTRIBUTING.md says how one is written.
"""
