"""Twins who stay together by consent of everybody who acts for them. The draw itself is `lottery`."""
