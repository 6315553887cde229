"""From a table of segments to a contact sheet of them."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from stftcli.errors import SettingsError, SomeFailedError
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import all_or_nothing, atomic_write, is_stream
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.contact import ContactSheet
from stftcli.jobs.drawing.pixel_store import PixelStore
from stftcli.jobs.drawing.sheet_pixels import SheetReader
from stftcli.jobs.drawing.sheet_plan import SheetPlan
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.spectrogram import check_pictures
from stftcli.pictures.formats import choose_format
from stftcli.pictures.sheet_layout import SheetLayout
from stftcli.segments.read import read_segments
from stftcli.settings.choices import PictureFormat
from stftcli.settings.marked import MarkedSegments
from stftcli.settings.memory import check_memory
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading
from stftcli.settings.sheet import SheetSettings

_PIXEL_BYTES = 6  # of a PDF in the making: the colours, and how they are packed


class SheetReport(Frozen):
    """What was drawn: how many segments, on how many pages."""

    segments: int
    pages: int

    def __str__(self) -> str:
        text = f"{self.segments} {'segment' if self.segments == 1 else 'segments'}"
        return text if self.pages == 1 else f"{text} on {self.pages} pages"


def draw_sheet(
    paths: Sequence[str],
    marked: MarkedSegments,
    output: str,
    settings: FeatureSettings,
    sheet: SheetSettings | None = None,
    view: ViewSettings | None = None,
    figure: FigureSettings | None = None,
    *,
    picture_format: PictureFormat | None = None,
    threads: int | None = None,
    reading: Reading = AS_IT_IS,
    reporter: Reporter = SILENT,
    durable: bool = True,
) -> SheetReport:
    """Draw each segment of a table as a panel of a contact sheet.

    All panels have one scale of time, one of frequency and one of colours. Each sound is read
    once, where there are segments, and panels are kept on disk until all are there.

    Parameters
    ----------
    paths : sequence of str
        The sounds, or folders in which those of the table are; none for those beside the table.
    marked : MarkedSegments
        What is drawn, in the order of the table; of a start and a duration in the settings, those
        that lie there.
    output : str
        Where the sheet goes. Of several pages each has a file, with its number before the ending;
        a PDF holds all of them.
    settings : FeatureSettings
        What is drawn of them.
    sheet : SheetSettings, optional
        How much time the panels show.
    view, figure : ViewSettings, FigureSettings, optional
        As for `draw_spectrogram`.
    picture_format, threads, reading, reporter, durable
        As for `draw_spectrogram`.

    Raises
    ------
    SomeFailedError
        If some of several sounds are not there; the sheet of the others has been written.
    StftcliError
        Whatever else is wrong with the inputs, the settings or the output; nothing is left under
        the output's name then.
    """
    view, figure = view or ViewSettings(), figure or FigureSettings()
    picture_format = choose_format(picture_format, output)
    _check(settings, figure)
    segments = read_segments(marked.table, marked.tier)
    plan = SheetPlan.of(
        paths, segments, settings.segment, sheet or SheetSettings(), figure, reporter
    )
    outputs = _outputs(output, picture_format, len(plan.layout.pages))
    check_pictures(outputs, [marked.table, *(path for path, _ in plan.sounds)], settings)
    if picture_format == "pdf":
        _check_document(plan.layout)
    reader = SheetReader(plan, settings, view, threads, reporter, reading)
    with PixelStore() as store, all_or_nothing():
        contact = ContactSheet.of(*(plan, *reader.read(store), store, view, figure, settings))
        _write(contact, outputs, picture_format, figure, durable, reporter)
    if plan.missing:
        raise SomeFailedError(plan.missing, plan.missing + len(plan.sounds))
    return SheetReport(plan.rows, len(plan.layout.pages))


def _write(
    contact: ContactSheet,
    outputs: Sequence[str],
    picture_format: PictureFormat,
    figure: FigureSettings,
    durable: bool,
    reporter: Reporter,
) -> None:
    # Deferred: matplotlib takes half a second to import.
    from stftcli.pictures.sheet import draw_document, draw_page

    layout, legend = contact.plan.layout, contact.legend
    how: dict[str, Any] = {
        "dark": figure.dark,
        "font": figure.font,
        "tell": reporter.warn,
    }
    pages = map(contact.page, range(len(layout.pages)))
    if len(outputs) == 1 and picture_format == "pdf":
        with atomic_write(outputs[0], durable=durable) as file:
            draw_document(file, pages, layout, legend, **how)
        return
    for output, page in zip(outputs, pages, strict=True):
        with atomic_write(output, durable=durable) as file:
            draw_page(
                file, picture_format, page, layout, legend, dark=figure.dark, font=figure.font
            )


def _outputs(output: str, picture_format: PictureFormat, pages: int) -> list[str]:
    """Name the files of so many pages."""
    if pages == 1 or picture_format == "pdf":
        return [output]
    if is_stream(output):
        raise SettingsError(
            f"the sheet has {pages} pages, and one stream takes one picture: name a file with "
            "`out`, or choose pdf as the `format`"
        )
    ending, digits = PurePath(output).suffix, len(str(pages))
    stem = output.removesuffix(ending)  # of a URL too, which is no path
    return [f"{stem}-{number:0{digits}d}{ending}" for number in range(1, pages + 1)]


def _check_document(layout: SheetLayout) -> None:
    """Raise SettingsError if a PDF would take too much memory, where all pages wait to the end."""
    pixels = sum(place.box.width * place.box.height for place in layout.places)
    check_memory(
        _PIXEL_BYTES * pixels,
        f"a PDF of {len(layout.pages)} pages",
        "write .png, which has a file for each page",
    )


def _check(settings: FeatureSettings, figure: FigureSettings) -> None:
    """Raise SettingsError if there is no such sheet."""
    for name, given in (
        ("bare", figure.bare),
        ("waveform", figure.waveform),
        ("framed=False", not figure.framed),
        ("pool", settings.features.is_pooled),
        ("stats", settings.features.is_one_row and not settings.features.is_pooled),
        ("pad_to", settings.signal.pad_to_s is not None),
        ("channel='all'", settings.segment.channel == "all"),
    ):
        if given:
            raise SettingsError(f"a `sheet` has a panel for each segment: leave out `{name}`")
