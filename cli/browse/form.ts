import { type Content, type Html, html, typed } from '../report/html'
import type { Problems } from './asked'
import { ALL_FIELDS, FIELDS, type Field, type FieldName, MORE_FIELDS, type Values } from './fields'

/** The form that asks for sessions. It says what is wrong with a field beside it. */
export function form(values: Values, problems: Problems = {}): Html {
  const [common, more] = [FIELDS, MORE_FIELDS].map((fields) => Object.keys(fields) as FieldName[])
  const isMore = more?.some((name) => (values[name] ?? problems[name]) !== undefined)
  const field = (name: FieldName) => fieldOf(name, ALL_FIELDS[name], values[name], problems[name])
  return html`<search><form action="./" method="get" autocomplete="off">
<div class="fields">${common?.map(field)}</div>
<details${isMore ? html` open` : undefined}><summary>More conditions</summary>
<div class="fields">${more?.map(field)}</div></details>
<p><button type="submit">Find sessions</button> <a href="./">Start anew</a></p>
</form></search>
`
}

function fieldOf(name: FieldName, field: Field, value = '', problem?: string): Html {
  const { label, hint, type = 'text' } = field
  const said = [
    hint && html`<small id="${name}-hint">${hint}</small>`,
    problem && html`<small id="${name}-problem" class="bad">${problem}</small>`,
  ]
  if (type === 'checkbox')
    return html`<div class="check"><input type="checkbox" name="${name}" id="${name}" value="yes"${value && html` checked`}> <label for="${name}">${label}</label></div>
`
  return html`<div><label for="${name}">${label}</label>${controlOf(name, field, value, problem)}${said}</div>
`
}

function controlOf(
  name: FieldName,
  { hint, choices, type = 'text' }: Field,
  value: string,
  problem?: string,
): Html {
  const described = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ')
  const attributes: Content = [
    html` name="${name}" id="${name}"`,
    described && html` aria-describedby="${described}"`,
    problem && html` aria-invalid="true"`,
  ]
  if (choices === undefined)
    return html`<input type="${type}"${attributes} value="${typed(value)}" spellcheck="false">`
  const options = choices.map(
    (choice) => html`<option${choice === value ? html` selected` : undefined}>${choice}</option>`,
  )
  return html`<select${attributes}><option value="">any</option>${options}</select>`
}
