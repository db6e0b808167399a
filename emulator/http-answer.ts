import type { ServiceError } from './errors'
import { printJson } from './json'

/** What an endpoint answers. The server adds the headers that every answer has. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export function jsonAnswer(status: number, body: object): HttpAnswer {
  return { status, contentType: 'application/x-amz-json-1.1', body: printJson(body) ?? '' }
}

export function jsonError({ status, code, message }: ServiceError): HttpAnswer {
  return jsonAnswer(status, { __type: code, message })
}
