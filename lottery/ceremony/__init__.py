"""The ceremony of a draw: its plan, the witnesses' secrets, the public value, the draw itself, the screen in the hall.

Who is on the roll is decided in ``roll``; what witnesses sign, and the minutes, stand in ``witnesses``.
"""
