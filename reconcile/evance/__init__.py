"""The one door to HTTP: credentials, wire format to model, reading a whole account, writing one contact.

    Credentials ─► Connection ─► Reader / Writer / Prober ─► Door ─► Transport ─► requests
                                      │              ├─ Tokens   both flows, one for all workers
                                      │              ├─ Pace     one timetable for all workers
                                      │              └─ answers  what an answer means
                                      ├─ Walk      a list, proven complete; else by windows of ids
                                      └─ wire      JSON to model, pure

Importing this is cheap: the HTTP library is imported when something is first sent.
"""
