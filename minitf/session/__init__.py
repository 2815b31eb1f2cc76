"""What running is: fetches, pruning, plans, state, sessions."""

from minitf.session.session import InteractiveSession, Session, get_default_session

__all__ = ["InteractiveSession", "Session", "get_default_session"]
