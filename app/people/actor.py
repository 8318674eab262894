"""Who is acting, as the rooms see them: plain values, no row, no request."""

from dataclasses import dataclass

from app.errors import NotAllowed
from app.people.models import Role
from app.territory.models import Level
from app.territory.scope import Area, Scope


@dataclass(frozen=True)
class Post:
    """A current posting with the place it is at and that place's community."""

    role: Role
    level: Level
    territory_id: int
    community_id: int | None = None
    organisation_id: int | None = None

    @property
    def area(self) -> Area:
        return Area(self.level, self.territory_id)


@dataclass(frozen=True)
class Actor:
    """A signed-in person. `on_duty` is True only for staff who said so."""

    account_id: int
    public_id: str = ""
    posts: tuple[Post, ...] = ()
    on_duty: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts)

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def scope(self, *roles: Role) -> Scope:
        """Where the person holds one of these roles."""
        return Scope(frozenset(post.area for post in self.posts if post.role in roles))

    def organisations(self, *roles: Role) -> frozenset[int]:
        """For which organisations the person works in one of these roles."""
        held = (post.organisation_id for post in self.posts if post.role in roles)
        return frozenset(one for one in held if one is not None)

    def must_have(self, *roles: Role) -> None:
        if not self.has(*roles):
            raise NotAllowed


@dataclass(frozen=True)
class System:
    """The house itself: routing rules and the sweep act under this name."""

    account_id: None = None
    name: str = "系统"


SYSTEM = System()
