import { setMaxListeners } from 'node:events'

/** Time that runs out for several calls together. */
export interface TimeLimit {
  /** Ends the calls that listen to it. */
  readonly signal: AbortSignal
  /** @throws Error as soon as the time is over, whatever becomes of the work */
  readonly within: <Result>(work: Promise<Result>) => Promise<Result>
}

/** Begins now. */
export function timeLimit(milliseconds: number): TimeLimit {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // each call of the SDK is one
  const over = new Promise<never>((_resolve, reject) => {
    const end = () => {
      const error = new Error(`there was no answer in time: ${milliseconds / 1000} seconds for all`)
      reject(error)
      controller.abort(error)
    }
    setTimeout(end, milliseconds).unref()
  })
  over.catch(() => {}) // nobody may be waiting
  return { signal: controller.signal, within: (work) => Promise.race([work, over]) }
}
