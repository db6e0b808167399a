// Searches and sorts the list. Rows are moved, never made: no text of the archive is read as markup.
const GROUP = 100
const list = document.querySelector('table.list')
const search = document.querySelector('input')
const output = document.querySelector('output')
const headings = [...list.tHead.rows[0].cells]
const rows = [...list.tBodies].flatMap((group) => [...group.rows])
const counted = (some) => some.length.toLocaleString('en-US')
const ALL = `${counted(rows)} sessions`

// Written as on the page, so that an invisible character that is pasted into the search is found.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const visible = (text) =>
  text.replace(INVISIBLE, (c) => (c === '\u200d' ? c : `\\u{${c.codePointAt(0).toString(16)}}`))

const texts = new Map()
function textOf(row) {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase())
  return texts.get(row)
}

let pending = []
function showGroup() {
  const group = document.createElement('tbody')
  group.append(...pending.splice(0, GROUP))
  if (group.rows.length === GROUP) group.className = 'full'
  list.append(group)
}

// In short turns, so that the page answers meanwhile.
function showPending() {
  const until = performance.now() + 12
  while (pending.length > 0 && performance.now() < until) showGroup()
  if (pending.length > 0) setTimeout(showPending)
}

function show() {
  const words = visible(search.value).split(' ').filter(Boolean)
  const lower = words.map((word) => word.toLowerCase())
  const isBusy = pending.length > 0
  pending = rows.filter((row) => lower.every((word) => textOf(row).includes(word)))
  output.textContent = words.length === 0 ? ALL : `${counted(pending)} of ${ALL} have “${words.join(' ')}”`
  list.replaceChildren(list.tHead)
  if (!isBusy) showPending()
}

function sortKey(cell) {
  const data = cell.querySelector('data')
  return data ? Number(data.value) : cell.textContent.toLowerCase()
}

// Empty cells come last in both directions.
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
  while (pending.length > 0) showGroup()
})
document.querySelector('.controls').hidden = false
output.textContent = ALL
