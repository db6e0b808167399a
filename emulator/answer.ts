import type { ServiceError } from './errors'

/** What an endpoint answers; the server adds the headers that every answer has. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export function jsonAnswer(status: number, body: object): Answer {
  return { status, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(body) }
}

export function jsonError({ status, code, message }: ServiceError): Answer {
  return jsonAnswer(status, { __type: code, message })
}
