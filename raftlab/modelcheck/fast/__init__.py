"""The engine that tries a million clusters a second. Read it from the bottom up.

`seen` is a set of fingerprints. `columns` gives values numbers, `cast` servers and messages.
`turns` learns each local turn once, by asking the rules, and `outcomes` is the table of what turns
end in. `blocks` holds clusters as columns of numbers; `tries` lists what can happen to them, `made`
makes what comes of it. `watch` looks for what breaks a property. `levels` is the search itself.
"""
