import { Refusal } from './page'

/**
 * The parameters of an address, each once. An empty field of a form is none.
 *
 * @throws Refusal if one is unknown, or given twice: it would be ignored silently
 */
export function parametersOf<Name extends string>(
  given: URLSearchParams,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const found = new Map<Name, string>()
  for (const [name, value] of given) {
    const known = names.find((one) => one === name)
    if (known === undefined)
      throw new Refusal(400, `Received ${JSON.stringify(name)}, expected one of ${names.join(', ')}.`)
    if (found.has(known)) throw new Refusal(400, `Received ${name} twice, expected it once.`)
    found.set(known, value)
  }
  return Object.fromEntries([...found].filter(([, value]) => value !== '')) as Partial<Record<Name, string>>
}
