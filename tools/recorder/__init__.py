"""What `tools/record.py` is made of: it runs commands in many situations and writes down all they do.

Of the package it uses nothing but its command line, the public face of its sandbox and the sandbox's HTTP.
So it outlives any change of what is inside.
"""
