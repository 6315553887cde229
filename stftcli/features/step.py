"""The base of all steps: one row of a recipe, from the spectrum to the features."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from stftcli.errors import SettingsError
from stftcli.features.form import Form, Projection
from stftcli.settings.choices import Spectrum
from stftcli.settings.record import MisplacedError, Place, Record, nearest

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage
    from stftcli.features.operations import FrameOperation

Names = tuple[str, ...]

AT_THE_END: Names = ("pool", "background", "stats")
"""Steps over many frames, which come after all others unless somebody lays them out himself."""


class Need(NamedTuple):
    """A step that another one cannot do without, and is given where nobody asks for it.

    `settings` are its own, `instead` names steps that serve as well, `after` what it follows.
    """

    step: str
    settings: dict[str, Any]
    instead: Names = ()
    after: Names = ()


class Step(Record):
    """One step; in a dictionary, "step" names which one it is.

    A subclass is a file: its settings, its options, its place among the others, how it is built
    and what it makes of the axis.

    Attributes
    ----------
    step : str
        Its name.
    options : tuple of Option
        What asks for it (`makes`) and what refines it. Several steps may have an option of the same
        name: it goes to those that are there, or else makes the one that it can make.
    after, before : tuple of str
        Where a new one goes: after the last of these steps, or else before the first of those.
    on_bins : bool
        Whether it changes the bins, and so stands before all that makes something else of them.
    takes_bins : bool
        Whether it is the bank that takes the bins: there is only one such step.
    takes_complex : bool
        Whether it can be given complex numbers.
    in_order : bool
        Whether it stands where its option stood among others of that kind.
    takes_place : bool
        Whether the first that is asked for takes the place of one that is there.
    replaces : tuple of str
        Steps of a preset that a new one takes the place of; asked for beside it, they are refused.
    needs : tuple of Need
        What has to come before it.
    default_spectrum : str or None
        The spectrum that it takes where nobody says which.
    renames : bool
        Whether its features have names of their own, whatever comes before it.
    keeps_bins : bool
        Whether the bins of a spectrum stay bins, so that a picture may choose frames for them.
    after_one_row : str
        Why it cannot follow a step that makes one row of the sound.
    loses : str
        Why it cannot be undone, if it cannot.
    trained : bool
        Whether the weights of its Linear are there to be trained.
    no_form : str
        Why it has no form for torch and ONNX, if it has none.
    """

    step: ClassVar[str]
    after: ClassVar[Names] = ()
    before: ClassVar[Names] = ()
    on_bins: ClassVar[bool] = False
    takes_bins: ClassVar[bool] = False
    takes_complex: ClassVar[bool] = False
    in_order: ClassVar[bool] = False
    takes_place: ClassVar[bool] = False
    replaces: ClassVar[Names] = ()
    needs: ClassVar[tuple[Need, ...]] = ()
    default_spectrum: ClassVar[Spectrum | None] = None
    renames: ClassVar[bool] = False
    keeps_bins: ClassVar[bool] = False
    after_one_row: ClassVar[str] = "statistics come last, nothing follows them"
    loses: ClassVar[str] = "it has no inverse"
    trained: ClassVar[bool] = False
    no_form: ClassVar[str] = "nobody has written one"

    @property
    def is_one_row(self) -> bool:
        """Whether it makes one row of the whole sound."""
        return False

    def to_dict(self) -> dict[str, Any]:
        """Give the name of the step and its settings."""
        return {"step": self.step, **super().to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any], place: Place = ()) -> Self:
        """Make the step that "step" names."""
        if cls is not Step:
            return super().from_dict(values, place)
        from stftcli.features.steps import STEPS

        settings = dict(values)
        name = settings.pop("step", None)
        if name not in STEPS:
            raise MisplacedError(
                f"there is no step {name!r}: {nearest(str(name), list(STEPS))}", (*place, "step")
            )
        return STEPS[name].from_dict(settings, place)  # type: ignore[return-value]

    @classmethod
    def made(cls, fields: dict[str, Any], others: Sequence["Step"]) -> Self:  # noqa: ARG003
        """Make the step that an option asks for; `others` are there already."""
        return cls(**fields)

    def changed(self, fields: dict[str, Any]) -> Self:
        """Give what becomes of a step that is there where its option asks for one."""
        return type(self)(**{**vars(self), **fields})

    def refined(self, fields: dict[str, Any], alike: Sequence[Self]) -> Self:  # noqa: ARG002
        """Give what a detail makes of it; `alike` are all steps of its kind, itself included."""
        return self.changed(fields)

    def feature_names(self, before: Names) -> Names:
        """Give the names of the features that come out; `before` are those that come in."""
        return before

    def build(self, builder: "Builder") -> None:
        """Add what it does, and what it makes of the axis, to a chain.

        Raises
        ------
        SettingsError
            If it does not fit what comes before it.
        """
        raise NotImplementedError(self.step)

    def undo(self, stage: "Stage") -> "FrameOperation":  # noqa: ARG002
        """Give what makes of its features those that came to it, as nearly as can be.

        Parameters
        ----------
        stage : Stage
            Where it stands in a chain.

        Raises
        ------
        SettingsError
            If it cannot be undone.
        """
        raise SettingsError(f"the step {self.step} cannot be undone: {self.loses}")

    def form(self, stage: "Stage") -> Form:
        """Give what it does as operations on tensors, for torch and ONNX.

        Parameters
        ----------
        stage : Stage
            Where it stands in a chain.

        Raises
        ------
        SettingsError
            If there is no such form.
        """
        if stage.linear is None:
            raise self.without_form(self.no_form)
        return Projection(stage.linear.weight, stage.linear.bias, self.trained)

    def learned(self, stage: "Stage", weights: Mapping[str, float]) -> Self:  # noqa: ARG002
        """Give the step whose form has these weights: what training has made of it.

        Steps that a Linear carries out need none: a `LinearFile` takes their place.

        Parameters
        ----------
        stage : Stage
            Where it stands in a chain.
        weights : mapping of str to float
            By the names of the form's.

        Raises
        ------
        SettingsError
            If a weight is outside of what its settings allow.
        """
        raise SettingsError(f"the step {self.step} has nothing that learns")

    def without_form(self, why: str) -> SettingsError:
        """Give the error that says why there is no form of it."""
        return SettingsError(f"the step {self.step} has no form for torch and ONNX: {why}")
