"""The account at Evance: reading all of it, writing one contact, and asking odd questions.

    Credentials ─► Connection ─► Reader / Writer / Prober ─► ApiClient ─► Transport ─► http
                                      │                        ├─ TokenSource    both flows, for all workers
                                      │                        ├─ RateLimiter    one timetable for all workers
                                      │                        └─ error_mapping  what an answer means
                                      ├─ ListWalk   a list, proven complete; else by ranges of ids
                                      └─ wire       JSON to model and back, pure

Importing this is cheap: the HTTP library is imported when something is first sent.
"""
