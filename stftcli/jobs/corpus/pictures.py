"""The spectrograms of a corpus, a picture for each sound."""

from dataclasses import replace
from functools import partial
from typing import Any

from stftcli.features.build import Defaults, resolved
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import Notes, attempt, output_path, size_of
from stftcli.jobs.corpus.identity import describe_settings
from stftcli.jobs.corpus.inputs import Inputs, segment_of
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings, Listener, run_corpus
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.jobs.drawing.bare import check_bare
from stftcli.jobs.drawing.curves import check_curves
from stftcli.jobs.spectrogram import draw_spectrogram
from stftcli.settings.choices import PictureFormat
from stftcli.settings.pictures import FigureSettings, ViewSettings


class PictureFiles(Frozen):
    """Draws each sound into a file of its own.

    Parameters
    ----------
    settings : FeatureSettings
        What is drawn.
    view : ViewSettings
        Which frequencies and levels are shown, and in which colours.
    figure : FigureSettings
        How a picture is laid out.
    picture_format : str
        How it is written.
    strict : bool
        Whether sound that is missing or left over is an error.
    """

    settings: FeatureSettings
    view: ViewSettings
    figure: FigureSettings
    picture_format: PictureFormat
    strict: bool = False

    def run(self, unit: Unit) -> list[Result]:
        """Draw the pictures of a unit, and tell what became of each sound."""
        return [
            attempt(unit, item, partial(self._make, unit, item), strict=self.strict)
            for item in unit.items
        ]

    def _make(self, unit: Unit, item: Item, notes: Notes) -> dict[str, Any]:
        path = output_path(unit, item.output)
        draw_spectrogram(
            [item.entry.audio],
            path,
            replace(self.settings, segment=segment_of(item.entry, self.settings.segment)),
            self.view,
            self.figure,
            picture_format=self.picture_format,
            threads=1,
            reporter=notes,
            durable=False,
        )
        return {"bytes": size_of(path)}


def draw_corpus(
    inputs: Inputs,
    settings: FeatureSettings,
    view: ViewSettings,
    figure: FigureSettings,
    corpus: CorpusSettings,
    *,
    picture_format: PictureFormat = "png",
    strict: bool = False,
    listener: Listener,
) -> CorpusReport:
    """Draw many sounds into a folder, with a manifest of what became of each.

    Parameters
    ----------
    inputs : Inputs
        The sounds.
    settings, view, figure
        As for `draw_spectrogram`.
    corpus : CorpusSettings
        How it is worked through.
    picture_format : str, default "png"
        How the pictures are written.
    strict : bool, default False
        Whether sound that is missing or left over is an error.
    listener : Listener
        Hears of the progress.

    Raises
    ------
    StftcliError
        As from `run_corpus`.
    """
    # Else each sound would fail, and lose the picture that it has.
    resolved(settings, Defaults(spectrum="power", drawn=True))
    if settings.features.is_one_row:
        check_curves(figure)
    elif figure.bare:
        check_bare(view, figure, picture_format)
    described = describe_settings(
        settings, view=view.to_dict(), figure=figure.to_dict(), format=picture_format
    )
    work = PictureFiles(settings, view, figure, picture_format, strict)
    return run_corpus(
        inputs.entries(listener.warn), work, f".{picture_format}", described, corpus, listener
    )
