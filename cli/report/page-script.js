// Search and sort of the list. Rows are moved, never made: what the archive holds is not taken for markup.
const GROUP = 100
const list = document.querySelector('table.list')
const search = document.querySelector('input')
const output = document.querySelector('output')
const headings = [...list.tHead.rows[0].cells]
const rows = [...list.tBodies].flatMap((group) => [...group.rows])
const texts = new Map()
const counted = (some) => some.length.toLocaleString('en-US')
const ALL = `${counted(rows)} sessions`

// As the page writes it: an invisible character that is pasted into the search is found.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const visible = (text) =>
  text.replace(INVISIBLE, (c) => (c === '\u200d' ? c : `\\u{${c.codePointAt(0).toString(16)}}`))

function textOf(row) {
  if (!texts.has(row))
    texts.set(
      row,
      Array.from(row.cells, (cell) => cell.textContent)
        .join(' ')
        .toLowerCase(),
    )
  return texts.get(row)
}

function matching(words) {
  return rows.filter((row) => words.every((word) => textOf(row).includes(word.toLowerCase())))
}

function groupOf(some) {
  const group = document.createElement('tbody')
  group.append(...some)
  if (some.length === GROUP) group.className = 'full'
  return group
}

// Works in short turns, so that the page answers meanwhile, until there is nothing more to do.
function inTurns(doSome) {
  const until = performance.now() + 12
  let isMore = true
  while (isMore && performance.now() < until) isMore = doSome()
  if (isMore) setTimeout(inTurns, 0, doSome)
}

// The first groups at once, the rest while the reader reads; before printing, all of them.
let pending = []
function showGroup() {
  if (pending.length > 0) list.append(groupOf(pending.splice(0, GROUP)))
  return pending.length > 0
}

function show() {
  const words = visible(search.value).split(' ').filter(Boolean)
  const isBusy = pending.length > 0
  pending = matching(words)
  output.textContent = words.length === 0 ? ALL : `${counted(pending)} of ${ALL} have “${words.join(' ')}”`
  list.replaceChildren(list.tHead)
  if (!isBusy) inTurns(showGroup)
}

function sortKey(cell) {
  const data = cell.querySelector('data')
  return data ? Number(data.value) : cell.textContent.toLowerCase()
}

// What is empty comes last, whichever the direction.
function sortBy(column) {
  const heading = headings[column]
  const direction = heading.ariaSort === 'ascending' ? -1 : 1
  for (const other of headings) other.ariaSort = null
  heading.ariaSort = direction === 1 ? 'ascending' : 'descending'
  const keys = new Map(rows.map((row) => [row, sortKey(row.cells[column])]))
  rows.sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (x === y) return 0
    if (x === '' || y === '') return x === '' ? 1 : -1
    return x < y ? -direction : direction
  })
  show()
}

headings.forEach((heading, column) => {
  const button = heading.querySelector('button')
  button.disabled = false
  button.addEventListener('click', () => sortBy(column))
})
let waiting
search.addEventListener('input', () => {
  clearTimeout(waiting)
  waiting = setTimeout(show, 150)
})
addEventListener('beforeprint', () => {
  while (showGroup());
})
document.querySelector('.controls').hidden = false
output.textContent = ALL
let read = 0
inTurns(() => {
  for (const row of rows.slice(read, read + GROUP)) textOf(row)
  read += GROUP
  return read < rows.length
})
