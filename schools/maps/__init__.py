"""Pure map of a district: what its roads, water and places are, where an address lies, how far it is on foot.

No Django in here. A point is (longitude, latitude) in degrees, as in GeoJSON; metres are those of a plane around it.
"""
