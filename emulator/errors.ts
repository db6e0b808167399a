/** An error of the service, which the client receives. */
export class ServiceError extends Error {
  /**
   * @param code the error's name on the wire
   * @param status of the HTTP response
   * @param members that the error has on the wire beside its message
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.name = 'ServiceError'
  }
}

/** @param violations each in AWS's words, from {@link violation} */
export function validationError(violations: readonly string[]): ServiceError {
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  return new ServiceError('ValidationException', `${count}: ${violations.join('; ')}`)
}

/** @param value in quotation marks, or null */
export function violation(value: string, path: string, constraint: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: Member must ${constraint}`
}

export function invalidNextToken(): ServiceError {
  return new ServiceError('InvalidNextToken', "The specified token isn't valid.")
}
