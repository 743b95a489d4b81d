/** The areas of the window, in the order in which they stand; one within another belongs to it. */
const areas =
  '.command, .rail, .main :is(.toolbar, .filters, .pane, section, aside, .bulk), .statusbar'
const focusable = 'a[href], button, input, select, textarea, [tabindex]'

/** Moves the focus to the next or the previous area that can take it, and around at the ends. */
export function moveToArea(step: 1 | -1): void {
  const found = [...document.querySelectorAll<HTMLElement>(areas)]
    .filter((area) => area.parentElement?.closest(areas) === null)
    .flatMap((area) => entranceOf(area) ?? [])
  const next =
    step === 1
      ? (found.find(({ area }) => isAfter(area)) ?? found[0])
      : (found.findLast(({ area }) => isBefore(area)) ?? found.at(-1))
  next?.entrance.focus()
}

function isAfter(area: HTMLElement): boolean {
  return (relationTo(area) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
}

function isBefore(area: HTMLElement): boolean {
  const relation = relationTo(area)
  const isAround = (relation & Node.DOCUMENT_POSITION_CONTAINS) !== 0
  return (relation & Node.DOCUMENT_POSITION_PRECEDING) !== 0 && !isAround
}

function relationTo(area: HTMLElement): number {
  return (document.activeElement ?? document.body).compareDocumentPosition(area)
}

/** Where the focus enters an area: at the page that is shown, else at what comes first. */
function entranceOf(area: HTMLElement) {
  const all = [area, ...area.querySelectorAll<HTMLElement>(focusable)].filter(
    (element) =>
      element.tabIndex >= 0 && !element.matches(':disabled') && element.checkVisibility(),
  )
  const entrance = all.find((element) => element.ariaCurrent === 'page') ?? all[0]
  return entrance && { area, entrance }
}
