import { ATTRIBUTES } from '../../archive/record'
import { TARGET_SOURCES } from '../../archive/target'
import { time } from '../output/format'
import { type Html, html } from '../report/html'
import { memberText } from '../report/session-rows'

type Members = Readonly<Record<string, unknown>>

/** What the archive looked up of the target, or CloudTrail said, and how a reader calls it. */
const TARGET_FACTS: Readonly<Record<string, string>> = {
  Target: 'Id',
  TargetName: 'Name',
  ComputerName: 'Computer name',
  PlatformType: 'Platform',
  PlatformName: 'System',
  PlatformVersion: 'Version',
  IPAddress: 'Address',
  EcsCluster: 'ECS cluster',
  EcsTask: 'ECS task',
  EcsContainer: 'ECS container',
  TargetSource: 'Told by',
  TargetAsOf: 'As of',
}

const TOLD_BY: Readonly<Record<string, string>> = {
  [TARGET_SOURCES.systemsManager]: 'Systems Manager',
  [TARGET_SOURCES.id]: 'its id',
  [TARGET_SOURCES.archive]: 'the record of an earlier session: Systems Manager did not know it any more',
  [TARGET_SOURCES.none]: 'nobody: neither Systems Manager nor an earlier session knew it',
}

/** Facts that the record has of its target, in this order. */
export function targetFacts(record: Members): Html {
  const facts = Object.entries(TARGET_FACTS).filter(([name]) => record[name] !== undefined)
  if (facts.length === 0) return html`<p class="empty">Nothing is known of the target.</p>`
  return terms(facts.map(([name, label]) => [label, factOf(name, record[name])]))
}

function factOf(name: string, value: unknown): string {
  const text = memberText(value)
  if (name === 'TargetAsOf') return time(text)
  return name === 'TargetSource' && Object.hasOwn(TOLD_BY, text) ? (TOLD_BY[text] ?? text) : text
}

/** Every attribute, those of AWS first. */
export function allAttributes(record: Members): Html {
  const known = Object.keys(ATTRIBUTES).filter((name) => name in record)
  const names = [...new Set([...known, ...Object.keys(record)])]
  const rows = names.map(
    (name) => html`<tr><th scope="row">${name}</th><td>${memberText(record[name])}</td></tr>
`,
  )
  return html`<table class="attributes"><thead><tr><th scope="col">Attribute</th><th scope="col">Value</th></tr></thead><tbody>
${rows}</tbody></table>`
}

/** Names and values. What has no value is left out. */
export function terms(pairs: readonly (readonly [name: string, value: Html | string])[]): Html {
  const known = pairs.filter(([, value]) => value !== '')
  return html`<dl>${known.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>`
}
