"""The cells of resource variables, which know where they are kept."""

from minitf.framework import errors
from minitf.session.state import VariableState


class ResourceVariableState(VariableState):
    """A variable's cell in a container; without a value it counts as a resource that is not there.

    Attributes:
      container: the container's name.
      resources: the session's ResourceManager.
    """

    __slots__ = ("container", "resources")

    def __init__(self, name, container, resources):
        super().__init__(name)
        self.container = container
        self.resources = resources

    def read(self):
        """The value.

        Raises:
          NotFoundError: the variable has not been initialised.
        """
        if self.value is None:
            raise errors.NotFoundError(None, None, self.missing())
        return self.value

    def missing(self):
        """What TensorFlow says of a failed lookup: a container exists once something is in it."""
        objects = self.resources._containers.get(self.container, {}).values()
        if any(not isinstance(item, ResourceVariableState) or item.value is not None
               for item in objects):
            return f"Resource {self.container}/{self.name}/N10tensorflow3VarE does not exist."
        return (f"Container {self.container} does not exist. (Could not find resource: "
                f"{self.container}/{self.name})")
