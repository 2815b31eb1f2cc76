"""What ``python -m minitf`` can do: a module a command."""
